/// The colours of a chart in the page or in a file.
#[derive(Clone, Copy)]
pub(super) struct Palette {
    /// Of text and lines.
    pub(super) ink: &'static str,
    /// Of the series, this run first.
    pub(super) series: [&'static str; 5],
    /// Whether the chart is its own file, with a background, a style sheet, the conditions and the permanent line.
    pub(super) is_file: bool,
}

impl Palette {
    /// Middle tones, which are visible on light and on dark.
    pub(super) const PAGE: Self = Self {
        ink: "currentColor",
        series: [
            "var(--accent, #1b8a94)",
            "var(--chart-1, #d55e00)",
            "var(--chart-2, #3b82c4)",
            "var(--chart-3, #b8609a)",
            "var(--chart-4, #8a8f98)",
        ],
        is_file: false,
    };

    /// Plain colours, which programs other than browsers also understand.
    pub(super) const FILE: Self = Self {
        ink: "#171b1f",
        series: ["#0b6b74", "#d55e00", "#3b82c4", "#b8609a", "#8a8f98"],
        is_file: true,
    };

    /// The colour of a series.
    pub(super) fn of(&self, series: usize) -> &'static str {
        self.series[series.min(self.series.len() - 1)]
    }
}

/// A file's colours in the dark. A rule of a style sheet overrides an attribute.
pub(super) const STYLE: &str = "@media (prefers-color-scheme: dark) {\
 .chart-ground { fill: #171b1e; }\
 .chart-figure { color: #e7eaec; }\
 .chart-ink { fill: #e7eaec; }\
 .chart-line { stroke: #e7eaec; }\
 .chart-series-0 { fill: #58bfc7; stroke: #58bfc7; }\
 .chart-series-1 { fill: #f0894a; stroke: #f0894a; }\
 .chart-series-2 { fill: #6aa9e0; stroke: #6aa9e0; }\
 .chart-series-3 { fill: #d68abb; stroke: #d68abb; }\
 .chart-series-4 { fill: #a6acb5; stroke: #a6acb5; }\
 }";
