import time, json, tracemalloc
import pytest
pytestmark = pytest.mark.asyncio
async def test_x(reader):
    from schema.graphql import Engine, Limits, Request
    from schema.codes import shipped_codes
    b=shipped_codes()
    e = Engine(Limits())
    cond={k:[i.code for i in b.items(l)][:10] for k,l in dict(category="categories",measure="measures",authority="authorities",region="regions",subjectKind="subject_kinds",campaign="campaigns",instrument="instruments").items()}
    cond.update(year=[2023,2024],entity=["百度","x"],document=["d-aaaaaaaaaaaaa"],search="字")
    for root,kind in (("actions","Action"),("entities","Entity"),("documents","Document"),("figures","Figure")):
        for n in (1,5,10,20,50,100):
            c={k:v for k,v in cond.items()}
            from schema.query import FILTERS_OF
            from strawberry.utils.str_converters import to_camel_case
            ok={to_camel_case(x) for x in FILTERS_OF[kind.lower()]}
            c={k:v for k,v in c.items() if k in ok}
            t=time.perf_counter()
            a=await e.answer(Request('query($a:[%sFilter!]){%s(and:$a){totalCount nodes{id}}}'%(kind,root),{"a":[c]*n}),reader)
            print(root,n,a.outcome,str(a.errors)[:150],round((time.perf_counter()-t)*1000),'ms')
    doc='{actions{nodes{'+' '.join(['id','gistEn','gistZh']*195)+'}}}'
    docs=[doc+' '*i for i in range(30)]
    tracemalloc.start(); 
    r=[]
    for d in docs:
        a=await e.answer(Request(d),reader); r.append(a.outcome)
    print(set(r),len(doc), tracemalloc.get_traced_memory()[0]/30/1024,'KiB per cached doc')
