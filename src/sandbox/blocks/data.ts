import { objectOf, objectsOf } from "../wire.ts";
import { limits } from "./limits.ts";
import { richText } from "./rich-text.ts";
import type { Also, ObjectRule } from "./rule.ts";
import { anyNumber, byType, list, object, oneOf, positive, string, whole, yesOrNo } from "./words.ts";

/** The blocks that show data: tables and charts. */

const { chart, dataTable } = limits;

const cellTypes: Record<string, ObjectRule> = {
  raw_text: object({ text: string(limits.text) }),
  raw_number: object({ value: anyNumber, text: string(limits.text) }),
  rich_text: richText,
};
const cell = byType(() => cellTypes);
const headerCellTypes: Record<string, ObjectRule> = { raw_text: cellTypes.raw_text ?? object({}) };

const headerRowIsPlain: Also = (value) => {
  const first: unknown = Array.isArray(value.rows) ? value.rows[0] : [];
  const wrong = objectsOf(first).some((one) => typeof one.type === "string" && !(one.type in headerCellTypes));
  return wrong ? [["rows/0", "the header row takes raw_text cells only"]] : [];
};
const rowsAreEven: Also = (value) => {
  const widths = Array.isArray(value.rows) ? value.rows.map((row) => (Array.isArray(row) ? row.length : 0)) : [];
  return new Set(widths).size > 1 ? [["rows", "every row must have the same number of cells"]] : [];
};

const point = object({ label: string(chart.label), value: anyNumber });
const axes = object(
  { categories: list(string(chart.label), 1, chart.points) },
  { x_label: string(chart.axisLabel), y_label: string(chart.axisLabel) },
);
const labelsAreCategories: Also = (value) => {
  const categories = objectOf(value.axis_config).categories;
  if (!Array.isArray(categories)) return [];
  const stray = objectsOf(value.series).some((one) => objectsOf(one.data).some((p) => !categories.includes(p.label)));
  return stray ? [["series", "every label must be one of the axis categories"]] : [];
};
const seriesChart = object(
  {
    series: list(object({ name: string(chart.label), data: list(point, 1, chart.points) }), 1, chart.series),
    axis_config: axes,
  },
  {},
  labelsAreCategories,
);
const chartTypes: Record<string, ObjectRule> = {
  pie: object({ segments: list(object({ label: string(chart.label), value: positive }), 1, chart.series) }),
  bar: seriesChart,
  line: seriesChart,
  area: seriesChart,
};

export const dataBlocks = {
  data_table: object(
    { rows: list(list(cell, 1, dataTable.columns), 2, dataTable.rows), caption: string(limits.text) },
    { page_size: whole(1, dataTable.pageSize), row_header_column_index: whole(0, dataTable.columns - 1) },
    headerRowIsPlain,
    rowsAreEven,
  ),
  data_visualization: object({ title: string(chart.title), chart: byType(() => chartTypes) }),
  table: object(
    { rows: list(list(cell, 1, limits.table.cells), 1, limits.table.rows) },
    {
      column_settings: list(
        object({}, { align: oneOf("left", "center", "right"), is_wrapped: yesOrNo }),
        1,
        limits.table.cells,
      ),
    },
  ),
} satisfies Record<string, ObjectRule>;
