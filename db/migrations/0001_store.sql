-- The versioned store: revisions, code lists, documents, entities, actions, figures and their evidence.
--
-- A record version never changes. A correction closes the old version (revision_to) and opens a new
-- one (revision_from) under the same id; everything as of a revision follows from that.

CREATE TABLE revision (
    number       integer PRIMARY KEY CHECK (number >= 1),
    committed_at timestamptz NOT NULL,
    cause        text NOT NULL
                 CHECK (cause IN ('new_source', 'source_changed', 'our_correction', 'retraction', 'vocabulary')),
    note         text NOT NULL CHECK (note <> ''),
    digest       text NOT NULL UNIQUE CHECK (digest ~ '^[0-9a-f]{64}$')
);
COMMENT ON TABLE revision IS 'One committed change of the store, numbered without gaps.';

CREATE FUNCTION check_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last revision%ROWTYPE;
BEGIN
    SELECT * INTO last FROM revision ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(last.number, 0) + 1 THEN
        RAISE EXCEPTION 'revision % does not follow %', NEW.number, coalesce(last.number, 0)
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.committed_at < last.committed_at THEN
        RAISE EXCEPTION 'revision % is dated before revision %', NEW.number, last.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_revision BEFORE INSERT ON revision FOR EACH ROW EXECUTE FUNCTION check_revision();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: what is on record stays as it is', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION allow_closing_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.revision_to IS NOT NULL OR NEW.revision_to IS NULL
       OR to_jsonb(NEW) - 'revision_to' IS DISTINCT FROM to_jsonb(OLD) - 'revision_to' THEN
        RAISE EXCEPTION 'a version of % may only be closed, once', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

-- Code lists ---------------------------------------------------------------------------------------

CREATE TABLE code (
    list text COLLATE "C" NOT NULL
         CHECK (list IN ('measures', 'subject_kinds', 'categories', 'authorities', 'instruments', 'campaigns',
                         'regions')),
    code text COLLATE "C" NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9_]*$'),
    PRIMARY KEY (list, code)
);
COMMENT ON TABLE code IS 'Every code that was ever in a list. Codes are never reused for another sense.';

CREATE TABLE code_version (
    version       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    list          text COLLATE "C" NOT NULL,
    code          text COLLATE "C" NOT NULL,
    revision_from integer NOT NULL REFERENCES revision,
    revision_to   integer REFERENCES revision,
    position      integer NOT NULL CHECK (position >= 0),
    label_zh      text NOT NULL CHECK (label_zh <> ''),
    label_en      text NOT NULL CHECK (label_en <> ''),
    definition    text,
    parent        text COLLATE "C",
    replaced_by   text COLLATE "C",
    legal_nature  text,
    kind          text,
    region        text COLLATE "C",
    FOREIGN KEY (list, code) REFERENCES code,
    FOREIGN KEY (list, parent) REFERENCES code,
    FOREIGN KEY (list, replaced_by) REFERENCES code,
    CHECK (revision_to > revision_from),
    UNIQUE (list, code, revision_from)
);
CREATE UNIQUE INDEX ON code_version (list, code) WHERE revision_to IS NULL;

-- Documents ----------------------------------------------------------------------------------------

CREATE TABLE text_layer (
    sha256 text COLLATE "C" PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    length integer NOT NULL CHECK (length >= 0),
    body   text,
    CHECK (char_length(body) = length),
    CHECK (encode(sha256(convert_to(body, 'UTF8')), 'hex') = sha256)
);
COMMENT ON TABLE text_layer IS 'A source decoded to Unicode, by its hash. body is null where the text is not held.';

CREATE TABLE document (
    id  text COLLATE "C" PRIMARY KEY CHECK (id ~ '^d-[a-z2-7]{13}$'),
    url text UNIQUE CHECK (url ~ '^https?://')
);
COMMENT ON TABLE document IS 'One copy of an announcement. The address is part of what it is and never changes.';

CREATE TABLE document_text (
    document text COLLATE "C" NOT NULL REFERENCES document,
    sha256   text COLLATE "C" NOT NULL REFERENCES text_layer,
    PRIMARY KEY (document, sha256)
);
COMMENT ON TABLE document_text IS 'The text layers a document has had: evidence may point into these only.';

CREATE TABLE document_version (
    version           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id                text COLLATE "C" NOT NULL REFERENCES document,
    revision_from     integer NOT NULL REFERENCES revision,
    revision_to       integer REFERENCES revision,
    original_url      text,
    title             text,
    publisher         text,
    issuer_list       text COLLATE "C" NOT NULL GENERATED ALWAYS AS ('authorities') STORED,
    issuer            text COLLATE "C",
    published_on      date,
    period_start      date,
    period_end        date,
    sha256            text COLLATE "C" NOT NULL,
    source_sha256     text COLLATE "C" NOT NULL CHECK (source_sha256 ~ '^[0-9a-f]{64}$'),
    reprint_of        text COLLATE "C" REFERENCES document CHECK (reprint_of <> id),
    clauses_extracted integer NOT NULL CHECK (clauses_extracted >= 0),
    clauses_ignored   integer NOT NULL CHECK (clauses_ignored >= 0),
    clauses_unhandled integer NOT NULL CHECK (clauses_unhandled >= 0),
    extractor         text NOT NULL,
    search_key        text NOT NULL,
    body              text NOT NULL CHECK (body::json IS NOT NULL),
    FOREIGN KEY (id, sha256) REFERENCES document_text,
    FOREIGN KEY (issuer_list, issuer) REFERENCES code,
    CHECK (revision_to > revision_from),
    CHECK (period_end >= period_start),
    CHECK ((period_start IS NULL) = (period_end IS NULL)),
    UNIQUE (id, revision_from)
);
CREATE UNIQUE INDEX ON document_version (id) WHERE revision_to IS NULL;
CREATE INDEX ON document_version (published_on DESC NULLS LAST, id);

CREATE TABLE unhandled_clause (
    version  bigint NOT NULL REFERENCES document_version,
    position integer NOT NULL CHECK (position >= 0),
    start    integer NOT NULL CHECK (start >= 0),
    "end"    integer NOT NULL CHECK ("end" > start),
    reason   text NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (version, position)
);
COMMENT ON TABLE unhandled_clause IS 'Clauses in the scope of an announcement that no rule could read.';

-- Entities -----------------------------------------------------------------------------------------

CREATE TABLE entity (
    id text COLLATE "C" PRIMARY KEY CHECK (id ~ '^(e-[a-z2-7]{13}|[a-z][a-z0-9_]{0,63})$')
);

CREATE TABLE entity_version (
    version       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            text COLLATE "C" NOT NULL REFERENCES entity,
    revision_from integer NOT NULL REFERENCES revision,
    revision_to   integer REFERENCES revision,
    kind_list     text COLLATE "C" NOT NULL GENERATED ALWAYS AS ('subject_kinds') STORED,
    kind          text COLLATE "C" NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    name_en       text,
    search_key    text NOT NULL,
    body          text NOT NULL CHECK (body::json IS NOT NULL),
    FOREIGN KEY (kind_list, kind) REFERENCES code,
    CHECK (revision_to > revision_from),
    UNIQUE (id, revision_from)
);
CREATE UNIQUE INDEX ON entity_version (id) WHERE revision_to IS NULL;

CREATE TABLE entity_name (
    version   bigint NOT NULL REFERENCES entity_version,
    position  integer NOT NULL CHECK (position >= 0),
    name      text NOT NULL CHECK (name <> ''),
    language  text NOT NULL CHECK (language IN ('zh-Hans', 'zh-Hant', 'en', 'zh-Latn-pinyin')),
    kind      text NOT NULL CHECK (kind IN ('primary', 'alias', 'former', 'translation', 'transliteration')),
    match_key text COLLATE "C" NOT NULL,
    PRIMARY KEY (version, position)
);
CREATE INDEX ON entity_name (match_key);

-- Actions ------------------------------------------------------------------------------------------

CREATE TABLE action (
    id text COLLATE "C" PRIMARY KEY CHECK (id ~ '^a-[a-z2-7]{13}$')
);

CREATE TABLE action_version (
    version         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id              text COLLATE "C" NOT NULL REFERENCES action,
    revision_from   integer NOT NULL REFERENCES revision,
    revision_to     integer REFERENCES revision,
    document        text COLLATE "C" NOT NULL REFERENCES document,
    acted_on        date,
    date_basis      text NOT NULL CHECK (date_basis IN ('decided', 'period_end', 'published', 'none')),
    decided_on      date,
    period_start    date,
    period_end      date,
    unnamed_subject text CHECK (char_length(unnamed_subject) BETWEEN 1 AND 60),
    open_ended      boolean NOT NULL,
    amount_cny      bigint CHECK (amount_cny BETWEEN 0 AND 9007199254740991),
    confidence      text NOT NULL CHECK (confidence IN ('high', 'medium', 'low')),
    extractor       text NOT NULL,
    gist_zh         text NOT NULL,
    gist_en         text NOT NULL,
    search_key      text NOT NULL,
    body            text NOT NULL CHECK (body::json IS NOT NULL),
    CHECK (revision_to > revision_from),
    CHECK ((acted_on IS NULL) = (date_basis = 'none')),
    CHECK (date_basis <> 'decided' OR acted_on = decided_on),
    CHECK (date_basis <> 'period_end' OR acted_on = period_end),
    CHECK (period_end >= period_start),
    CHECK ((period_start IS NULL) = (period_end IS NULL)),
    UNIQUE (id, revision_from)
);
CREATE UNIQUE INDEX ON action_version (id) WHERE revision_to IS NULL;
CREATE INDEX ON action_version (acted_on DESC NULLS LAST, id);
CREATE INDEX ON action_version (document);

CREATE TABLE action_code (
    version  bigint NOT NULL REFERENCES action_version,
    list     text COLLATE "C" NOT NULL,
    code     text COLLATE "C" NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    PRIMARY KEY (version, list, code),
    FOREIGN KEY (list, code) REFERENCES code
);
CREATE INDEX ON action_code (list, code, version);
COMMENT ON TABLE action_code IS 'The codes of an action: measures, categories, authorities and the rest.';

CREATE TABLE action_entity (
    version   bigint NOT NULL REFERENCES action_version,
    position  integer NOT NULL CHECK (position >= 0),
    entity    text COLLATE "C" NOT NULL REFERENCES entity,
    name      text NOT NULL CHECK (name <> ''),
    kind_list text COLLATE "C" NOT NULL GENERATED ALWAYS AS ('subject_kinds') STORED,
    kind      text COLLATE "C" NOT NULL,
    PRIMARY KEY (version, position),
    FOREIGN KEY (kind_list, kind) REFERENCES code
);
CREATE INDEX ON action_entity (entity, version);
COMMENT ON TABLE action_entity IS 'The named subjects of an action, each with the name as the text states it.';

-- Figures ------------------------------------------------------------------------------------------

CREATE TABLE figure (
    id text COLLATE "C" PRIMARY KEY CHECK (id ~ '^f-[a-z2-7]{13}$')
);

CREATE TABLE figure_version (
    version           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id                text COLLATE "C" NOT NULL REFERENCES figure,
    revision_from     integer NOT NULL REFERENCES revision,
    revision_to       integer REFERENCES revision,
    document          text COLLATE "C" NOT NULL REFERENCES document,
    measure_list      text COLLATE "C" NOT NULL GENERATED ALWAYS AS ('measures') STORED,
    measure           text COLLATE "C" NOT NULL,
    subject_kind_list text COLLATE "C" NOT NULL GENERATED ALWAYS AS ('subject_kinds') STORED,
    subject_kind      text COLLATE "C" NOT NULL,
    campaign_list     text COLLATE "C" NOT NULL GENERATED ALWAYS AS ('campaigns') STORED,
    campaign          text COLLATE "C",
    value_min         bigint CHECK (value_min BETWEEN 0 AND 9007199254740991),
    value_max         bigint CHECK (value_max BETWEEN 0 AND 9007199254740991),
    qualifier         text NOT NULL,
    unit              text NOT NULL,
    wording           text NOT NULL CHECK (char_length(wording) BETWEEN 1 AND 60),
    period_start      date,
    period_end        date,
    confidence        text NOT NULL CHECK (confidence IN ('high', 'medium', 'low')),
    extractor         text NOT NULL,
    gist_zh           text NOT NULL,
    gist_en           text NOT NULL,
    search_key        text NOT NULL,
    body              text NOT NULL CHECK (body::json IS NOT NULL),
    FOREIGN KEY (measure_list, measure) REFERENCES code,
    FOREIGN KEY (subject_kind_list, subject_kind) REFERENCES code,
    FOREIGN KEY (campaign_list, campaign) REFERENCES code,
    CHECK (revision_to > revision_from),
    CHECK (value_max >= value_min),
    CONSTRAINT bounds_fit_qualifier CHECK (CASE qualifier
        WHEN 'exact' THEN value_min IS NOT NULL AND value_min IS NOT DISTINCT FROM value_max
        WHEN 'about' THEN value_min IS NOT NULL AND value_max IS NOT NULL
        WHEN 'at_least' THEN value_min IS NOT NULL AND value_max IS NULL
        WHEN 'at_most' THEN value_min IS NULL AND value_max IS NOT NULL
        ELSE false END),
    CHECK (period_end >= period_start),
    CHECK ((period_start IS NULL) = (period_end IS NULL)),
    UNIQUE (id, revision_from)
);
CREATE UNIQUE INDEX ON figure_version (id) WHERE revision_to IS NULL;
CREATE INDEX ON figure_version (period_end DESC NULLS LAST, id);
CREATE INDEX ON figure_version (document);

CREATE TABLE figure_code (
    version  bigint NOT NULL REFERENCES figure_version,
    list     text COLLATE "C" NOT NULL CHECK (list IN ('authorities', 'regions')),
    code     text COLLATE "C" NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    PRIMARY KEY (version, list, code),
    FOREIGN KEY (list, code) REFERENCES code
);
CREATE INDEX ON figure_code (list, code, version);

-- Evidence -----------------------------------------------------------------------------------------

CREATE TABLE anchor (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action_version bigint REFERENCES action_version,
    figure_version bigint REFERENCES figure_version,
    position       integer NOT NULL CHECK (position >= 0),
    document       text COLLATE "C" NOT NULL,
    sha256         text COLLATE "C" NOT NULL,
    field          text NOT NULL CHECK (field <> ''),
    value          text,
    start          integer NOT NULL CHECK (start >= 0),
    "end"          integer NOT NULL CHECK ("end" > start),
    exact          text NOT NULL CHECK (char_length(exact) <= 60),
    FOREIGN KEY (document, sha256) REFERENCES document_text,
    CHECK (num_nonnulls(action_version, figure_version) = 1),
    CHECK (char_length(exact) = "end" - start),
    UNIQUE (action_version, position),
    UNIQUE (figure_version, position)
);
COMMENT ON TABLE anchor IS
    'The evidence of one value: offsets in code points into a text layer, and the characters there.';

CREATE FUNCTION check_anchor() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    layer text_layer%ROWTYPE;
BEGIN
    SELECT * INTO layer FROM text_layer WHERE sha256 = NEW.sha256;
    IF NEW."end" > layer.length THEN
        RAISE EXCEPTION 'anchor %–% lies outside its document of % code points', NEW.start, NEW."end", layer.length
            USING ERRCODE = 'check_violation', CONSTRAINT = 'anchor_inside_document';
    END IF;
    IF layer.body IS NOT NULL AND substr(layer.body, NEW.start + 1, NEW."end" - NEW.start) <> NEW.exact THEN
        RAISE EXCEPTION 'anchor %–% does not hold the words it quotes', NEW.start, NEW."end"
            USING ERRCODE = 'check_violation', CONSTRAINT = 'anchor_quotes_document';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_anchor BEFORE INSERT ON anchor FOR EACH ROW EXECUTE FUNCTION check_anchor();

-- Evidence and codes are written after the version they belong to, so these are looked for at commit.
CREATE FUNCTION check_action_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM anchor WHERE action_version = NEW.version) THEN
        RAISE EXCEPTION 'action % has no evidence', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_has_evidence';
    END IF;
    IF NOT EXISTS (SELECT FROM action_code WHERE version = NEW.version AND list = 'measures') THEN
        RAISE EXCEPTION 'action % has no measure', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'action_has_measure';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER action_has_evidence AFTER INSERT ON action_version
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_action_evidence();

CREATE FUNCTION check_figure_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM anchor WHERE figure_version = NEW.version) THEN
        RAISE EXCEPTION 'figure % has no evidence', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'figure_has_evidence';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER figure_has_evidence AFTER INSERT ON figure_version
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_figure_evidence();

-- What is on record stays as it is -----------------------------------------------------------------
-- Looked at after the update, when generated columns have their values again.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['code_version', 'document_version', 'entity_version', 'action_version',
                                'figure_version'] LOOP
        EXECUTE format('CREATE TRIGGER close_only AFTER UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION allow_closing_only()',
                       name);
        EXECUTE format('CREATE TRIGGER keep BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['revision', 'code', 'document', 'document_text', 'unhandled_clause', 'entity',
                                'entity_name', 'action', 'action_code', 'action_entity', 'figure', 'figure_code',
                                'anchor'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()',
                       name);
    END LOOP;
END $$;
