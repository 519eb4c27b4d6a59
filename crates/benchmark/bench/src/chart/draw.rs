use std::fmt::{Arguments, Write};

use super::figure::{Figure, Group, Point};
use super::frame::{COUNT, Frame, LABEL, LEADING, MARGIN, SMALL, WIDTH};
use super::palette::{Palette, STYLE};
use super::text::{escaped, shortened, width, wrapped};
use crate::PERMANENT_LINE;

/// A picture in progress: its elements, and the height reached so far.
struct Picture {
    out: String,
    palette: Palette,
    y: f64,
}

pub(super) fn draw(figure: &Figure, palette: Palette) -> String {
    let mut picture = Picture { out: String::new(), palette, y: MARGIN };
    picture.heading(figure);
    if figure.groups.is_empty() {
        picture.y += LEADING;
        picture.text(MARGIN, LABEL, "", "No question has been scored yet.");
    } else {
        picture.plot(figure);
    }
    picture.notes(figure);
    picture.closed(figure)
}

impl Picture {
    fn push(&mut self, element: Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(element);
        self.out.push('\n');
    }

    /// A text with its base line at the height reached so far.
    fn text(&mut self, x: f64, size: f64, attributes: &str, text: &str) {
        let (y, ink, text) = (self.y, self.palette.ink, escaped(text));
        self.push(format_args!(
            "<text class=\"chart-ink\" x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" fill=\"{ink}\"{attributes}>{text}</text>"
        ));
    }

    fn paragraph(&mut self, text: &str, attributes: &str) {
        // Room for bold type, which is wider.
        for line in wrapped(text, SMALL, WIDTH - 4.0 * MARGIN) {
            self.y += LEADING;
            self.text(MARGIN, SMALL, attributes, &line);
        }
    }

    fn heading(&mut self, figure: &Figure) {
        self.y += LABEL;
        self.text(MARGIN, 15.0, " font-weight=\"600\"", &figure.title);
        if self.palette.is_file {
            self.paragraph(&figure.conditions, FAINT);
        }
        if figure.has_others() {
            self.legend(figure);
        }
        self.y += LEADING;
    }

    fn legend(&mut self, figure: &Figure) {
        self.y += LEADING + 8.0;
        let mut x = MARGIN + 6.0;
        for (series, name) in figure.series.iter().enumerate() {
            let taken = 14.0 + width(name, SMALL) + 22.0;
            if x + taken > WIDTH - MARGIN {
                x = MARGIN + 6.0;
                self.y += LEADING;
            }
            self.mark(series, x, self.y - 4.0);
            self.text(x + 11.0, SMALL, "", name);
            x += taken;
        }
    }

    fn plot(&mut self, figure: &Figure) {
        let frame = Frame::new(figure);
        let top = self.y + LEADING;
        let bottom = top + frame.pitch * figure.groups.len() as f64;
        let (ink, mut at) = (self.palette.ink, [0.0; 6]);
        for (tick, x) in at.iter_mut().enumerate() {
            *x = frame.x(tick as f64 / 5.0);
            let opacity = if tick == 0 { 0.5 } else { 0.14 };
            self.push(format_args!(
                "<path class=\"chart-line\" d=\"M{x:.1} {top:.1}V{bottom:.1}\" stroke=\"{ink}\" stroke-opacity=\"{opacity}\" fill=\"none\"/>"
            ));
        }
        for y in [top - 7.0, bottom + 15.0] {
            self.y = y;
            for (tick, x) in at.into_iter().enumerate() {
                self.text(x, SMALL, &format!(" text-anchor=\"middle\"{FAINT}"), &format!("{} %", tick * 20));
            }
        }
        for (number, group) in figure.groups.iter().enumerate() {
            self.y = top + frame.pitch * number as f64;
            self.group(&frame, group, number == 0, figure.has_others());
        }
        self.y = bottom + 22.0;
    }

    /// A group with its upper edge at the height reached so far.
    fn group(&mut self, frame: &Frame, group: &Group, is_overall: bool, has_others: bool) {
        let (top, ink, n) = (self.y, self.palette.ink, group.points.len() as f64);
        let name = escaped(&group.name);
        self.push(format_args!("<g data-group=\"{name}\"><title>{name}</title>"));
        let middle = top + frame.pitch / 2.0;
        let first = middle - frame.step * (n - 1.0) / 2.0;
        if has_others {
            let (from, to) = (MARGIN, WIDTH - MARGIN);
            self.push(format_args!(
                "<path class=\"chart-line\" d=\"M{from} {top:.1}H{to}\" stroke=\"{ink}\" stroke-opacity=\"0.14\" fill=\"none\"/>"
            ));
        }
        let (x, from, to) = (frame.x(group.chance), top + 4.0, top + frame.pitch - 4.0);
        self.push(format_args!(
            "<path class=\"chart-line chart-chance\" d=\"M{x:.1} {from:.1}V{to:.1}\" stroke=\"{ink}\" stroke-width=\"1.5\" stroke-opacity=\"0.55\" fill=\"none\"/>"
        ));
        let is_small = group.points.first().copied().flatten().is_some_and(|own| own.score.is_small());
        let weight = if is_overall { " font-weight=\"600\"" } else { "" };
        let faint = if is_small { FAINT } else { "" };
        self.y = first + 4.5;
        let label = shortened(&group.name, LABEL, frame.left - MARGIN - 14.0);
        self.text(frame.left - 12.0, LABEL, &format!(" text-anchor=\"end\"{weight}{faint}"), &label);
        // This run comes last, so that it lies above the others.
        for (series, point) in group.points.iter().enumerate().rev() {
            let Some(point) = point else { continue };
            let y = first + frame.step * series as f64;
            self.point(frame, series, point, y);
        }
        self.push(format_args!("</g>"));
    }

    fn point(&mut self, frame: &Frame, series: usize, point: &Point, y: f64) {
        let (low, high) = (frame.x(point.interval.low), frame.x(point.interval.high));
        let (colour, small) = (self.palette.of(series), point.score.is_small());
        let opacity = if small { 0.5 } else { 1.0 };
        let (thick, size) = if series == 0 { (2.0, LABEL - 1.0) } else { (1.25, SMALL - 1.0) };
        self.push(format_args!("<g opacity=\"{opacity}\">"));
        self.push(format_args!(
            "<path class=\"chart-series-{series}\" d=\"M{low:.1} {y:.1}H{high:.1}\" stroke=\"{colour}\" stroke-width=\"{thick}\" stroke-linecap=\"round\" fill=\"none\"/>"
        ));
        self.mark(series, frame.x(point.accuracy), y);
        self.push(format_args!("</g>"));
        self.y = y + 4.0;
        let faint = if small { FAINT } else { "" };
        let attributes = format!(" text-anchor=\"end\"{faint}");
        let (share, count) = (100.0 * point.accuracy, format!("{}/{}", point.score.hits, point.score.n));
        self.text(WIDTH - MARGIN - COUNT, size, &attributes, &format!("{share:.1} %"));
        self.text(WIDTH - MARGIN, size, &attributes, &count);
    }

    /// The mark of a series. Each has its own shape, so that colour is never the only difference.
    fn mark(&mut self, series: usize, x: f64, y: f64) {
        let shape = match series {
            0 => "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
            1 => "m-3.5-3.5h7v7h-7z",
            2 => "m0-4.5 4.5 7.5h-9z",
            3 => "m0-4.5 4.5 4.5-4.5 4.5-4.5-4.5z",
            _ => "m-3.5-3.5 7 7m0-7-7 7",
        };
        // The last consists of lines, which a fill does not show.
        let width = if series > 3 { 2.0 } else { 0.0 };
        let colour = self.palette.of(series);
        self.push(format_args!(
            "<path class=\"chart-series-{series}\" d=\"M{x:.1} {y:.1}{shape}\" fill=\"{colour}\" stroke=\"{colour}\" stroke-width=\"{width}\"/>"
        ));
    }

    fn notes(&mut self, figure: &Figure) {
        self.y += 8.0;
        for note in &figure.notes {
            self.paragraph(note, FAINT);
        }
        if self.palette.is_file {
            self.y += 6.0;
            self.paragraph(PERMANENT_LINE, " font-weight=\"600\"");
        }
    }

    fn closed(self, figure: &Figure) -> String {
        let (height, is_file, ink) = (self.y + MARGIN, self.palette.is_file, self.palette.ink);
        let title = escaped(&figure.title);
        let notice = if is_file { format!(" {PERMANENT_LINE}") } else { String::new() };
        let description = escaped(&(description(figure) + &notice));
        let (name, colour, face) = if is_file {
            (
                " xmlns=\"http://www.w3.org/2000/svg\"",
                format!(" color=\"{ink}\""),
                " font-family=\"system-ui, sans-serif\"",
            )
        } else {
            ("", String::new(), "")
        };
        let ground = if is_file {
            format!(
                "<style>{STYLE}</style>\n<rect class=\"chart-ground\" width=\"{WIDTH}\" height=\"{height:.0}\" fill=\"#ffffff\"/>\n"
            )
        } else {
            String::new()
        };
        format!(
            "<svg{name} class=\"chart-figure\" viewBox=\"0 0 {WIDTH} {height:.0}\" width=\"{WIDTH}\" height=\"{height:.0}\" role=\"img\"{colour}{face}>\n\
<title>{title}</title>\n<desc>{description}</desc>\n{ground}{}</svg>\n",
            self.out
        )
    }
}

/// The opacity of secondary texts.
const FAINT: &str = " fill-opacity=\"0.72\"";

/// This run's figures in words, for people who cannot see the picture.
fn description(figure: &Figure) -> String {
    let each = figure.groups.iter().filter_map(|group| {
        let own = group.points.first().copied().flatten()?;
        Some(format!(
            "{}: {:.1} %, {} of {}, interval {:.1} to {:.1} %, chance {:.1} %",
            group.name,
            100.0 * own.accuracy,
            own.score.hits,
            own.score.n,
            100.0 * own.interval.low,
            100.0 * own.interval.high,
            100.0 * group.chance
        ))
    });
    let each: Vec<String> = each.collect();
    if each.is_empty() { "No question has been scored yet.".to_owned() } else { each.join("; ") + "." }
}
