//! The load as a drawing.

use super::Load;

const WIDTH: u64 = 960;
const HEIGHT: u64 = 320;
const MARGIN: u64 = 40;

impl Load {
    /// A bar for each day, with a line for what the counter takes in a day; days above it are red. SVG 1.1; the text
    /// holds dates and numbers only.
    #[must_use]
    pub fn svg(&self, capacity: u64) -> String {
        let days: Vec<_> = self.days().collect();
        let most = days.iter().map(|(_, people)| *people).max().unwrap_or(0).max(capacity).max(1);
        let y = |people: u64| HEIGHT - MARGIN - people.saturating_mul(HEIGHT - 2 * MARGIN) / most;
        let count = u64::try_from(days.len()).unwrap_or(u64::MAX).max(1);
        let x = |index: u64| MARGIN + index.saturating_mul(WIDTH - 2 * MARGIN) / count;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
             font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
        );
        let mut line = |text: std::fmt::Arguments<'_>| {
            svg.push_str(&text.to_string());
            svg.push('\n');
        };
        for ((day, people), index) in days.iter().zip(0..) {
            let (left, top) = (x(index), y(*people));
            let width = x(index + 1).saturating_sub(left).saturating_sub(1).max(1);
            let colour = if *people > capacity { "#c0392b" } else { "#2c7fb8" };
            line(format_args!(
                "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{}\" fill=\"{colour}\">\
                 <title>{day}: {people}</title></rect>",
                HEIGHT - MARGIN - top
            ));
        }
        let level = y(capacity);
        line(format_args!(
            "<line x1=\"{MARGIN}\" x2=\"{}\" y1=\"{level}\" y2=\"{level}\" stroke=\"#333\" stroke-dasharray=\"4\"/>",
            WIDTH - MARGIN
        ));
        line(format_args!("<text x=\"4\" y=\"{}\">{capacity}</text>", level + 4));
        let base = HEIGHT - MARGIN / 2;
        if let (Some((first, _)), Some((last, _))) = (days.first(), days.last()) {
            line(format_args!("<text x=\"{MARGIN}\" y=\"{base}\">{first}</text>"));
            let right = WIDTH - MARGIN;
            line(format_args!("<text x=\"{right}\" y=\"{base}\" text-anchor=\"end\">{last}</text>"));
        }
        svg.push_str("</svg>\n");
        svg
    }
}
