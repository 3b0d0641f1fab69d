"""What the dataset is called, who makes it and under what terms: said once for all that describes it.

The files that go with a release, the citation and the documentation are made from what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Licence:
    """Terms of use, by their SPDX identifier."""

    id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """The dataset as a whole, whatever the release."""

    name: str
    """Short, lower-case, for machines."""
    title_en: str
    title_zh: str
    creator: str
    description_en: str
    description_zh: str
    keywords: tuple[str, ...]
    licence: Licence
    code_licence: Licence

    @property
    def title(self) -> str:
        """Both titles in one line."""
        return f"{self.title_en} ({self.title_zh})"


DATASET = Dataset(
    name="cunzhao",
    title_en="Cunzhao: the record of how China's internet regulators punish",
    title_zh="存照：中国网信执法记录",
    creator="Cunzhao 存照",
    description_en=(
        "Whom the Cyberspace Administration of China and its local offices say they summoned, fined, suspended, "
        "delisted and shut down, and how often: normalised records of their announcements, in bilingual codes, each "
        "value with the place in the text where it was read. The texts are not included."
    ),
    description_zh=(
        "国家网信办和各地网信办公布的约谈、罚款、暂停更新、下架、关闭等执法情况：根据公告整理的规范化记录，采用中英双语代码，"
        "每个取值均注明其在原文中的位置。不含公告原文。"
    ),
    keywords=(
        "China", "internet regulation", "law enforcement", "administrative penalties", "platform governance",
        "Cyberspace Administration of China", "open data", "网信办", "行政执法", "行政处罚", "平台治理",
    ),
    licence=Licence(
        "CC-BY-4.0", "Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/"
    ),
    code_licence=Licence("MIT", "MIT License", "https://opensource.org/license/mit"),
)  # fmt: skip
