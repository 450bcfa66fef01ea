-- Ready-made views. They keep to the SQL that SQLite and DuckDB share.

CREATE VIEW targets_named AS
SELECT
  t.target_id, t.district_code, d.name_zh AS district_zh, d.name_en AS district_en, t.year, t.period,
  t.indicator_id, i.name_zh AS indicator_zh, i.name_en AS indicator_en, i.theme, i.measure, i.core,
  t.comparator, t.value, t.value_max, u.symbol_zh AS unit_zh, u.name_en AS unit_en,
  t.value_base, u.base_unit_id AS value_base_unit_id, t.strength, t.hedged, t.headline, t.scope_zh, t.scope_en,
  t.relative_to, t.stretch, t.stretch_value,
  p.name_zh AS project_zh, p.name_en AS project_en, n.name_zh AS initiative_zh, n.name_en AS initiative_en,
  t.source_id, s.title AS source_title, c.completeness AS source_completeness, t.stated, t.cue, t.note
FROM targets AS t
JOIN districts AS d ON d.district_code = t.district_code
JOIN indicators AS i ON i.indicator_id = t.indicator_id
JOIN sources AS s ON s.source_id = t.source_id
LEFT JOIN coverage AS c ON c.source_id = t.source_id AND c.district_code = t.district_code
LEFT JOIN units AS u ON u.unit_id = t.unit_id
LEFT JOIN projects AS p ON p.project_id = t.project_id
LEFT JOIN initiatives AS n ON n.initiative_id = t.initiative_id;

CREATE VIEW results_named AS
SELECT
  r.result_id, r.district_code, d.name_zh AS district_zh, d.name_en AS district_en, r.year, r.period,
  r.indicator_id, i.name_zh AS indicator_zh, i.name_en AS indicator_en, i.theme, i.measure, i.core,
  r.comparator, r.value, r.value_max, u.symbol_zh AS unit_zh, u.name_en AS unit_en,
  r.value_base, u.base_unit_id AS value_base_unit_id, r.hedged, r.estimated, r.cumulative, r.scope_zh, r.scope_en,
  r.relative_to,
  p.name_zh AS project_zh, p.name_en AS project_en, n.name_zh AS initiative_zh, n.name_en AS initiative_en,
  r.source_id, s.title AS source_title, c.completeness AS source_completeness, r.stated, r.cue, r.note
FROM results AS r
JOIN districts AS d ON d.district_code = r.district_code
JOIN indicators AS i ON i.indicator_id = r.indicator_id
JOIN sources AS s ON s.source_id = r.source_id
LEFT JOIN coverage AS c ON c.source_id = r.source_id AND c.district_code = r.district_code
LEFT JOIN units AS u ON u.unit_id = r.unit_id
LEFT JOIN projects AS p ON p.project_id = r.project_id
LEFT JOIN initiatives AS n ON n.initiative_id = r.initiative_id;

-- Each target beside the result of the year before: same district, indicator and scope. Where several results qualify,
-- one with a number goes first, then the whole year before a part of it, one year's figure before a cumulative one, a
-- final figure before an estimate. The result's period and marks stand beside it. The difference (target less result,
-- in the base unit) is given for whole years in one base unit only: a part of a year is not the year.
CREATE VIEW target_and_result AS
SELECT
  t.target_id, t.district_zh, t.district_en, t.indicator_id, t.indicator_zh, t.indicator_en, t.theme, t.core,
  t.scope_zh, t.scope_en, t.year, t.period, t.comparator, t.value, t.value_max, t.unit_zh, t.unit_en, t.value_base,
  t.strength, t.headline, t.stated,
  r.result_id, r.year AS result_year, r.period AS result_period, r.comparator AS result_comparator,
  r.value AS result_value, r.unit_zh AS result_unit_zh, r.unit_en AS result_unit_en, r.value_base AS result_value_base,
  r.estimated AS result_estimated, r.cumulative AS result_cumulative, r.stated AS result_stated,
  CASE
    WHEN t.value_base_unit_id = r.value_base_unit_id AND t.period IS NULL AND r.period IS NULL AND r.cumulative = 0
      AND t.comparator <> 'range' AND r.comparator <> 'range'
    THEN round(t.value_base - r.value_base, 10)
  END AS value_base_difference
FROM targets_named AS t
LEFT JOIN results_named AS r ON r.result_id = (
  SELECT q.result_id
  FROM results AS q
  WHERE q.district_code = t.district_code AND q.indicator_id = t.indicator_id AND q.year = t.year - 1
    AND coalesce(q.scope_zh, '') = coalesce(t.scope_zh, '')
  ORDER BY q.value IS NULL, q.period IS NOT NULL, q.cumulative, q.estimated, q.result_id
  LIMIT 1
);
