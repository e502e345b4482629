//! Draws a plot as SVG that stands in the page: its colours and type are the page's.

use std::fmt::Write;

use maud::{Markup, html};

use super::axis::Axis;

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 214.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 350.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 176.0;
/// A bar of anything at all can be seen.
const LOWEST_BAR: f64 = 1.0;
/// A line of more points than this says no more on paper or screen.
const COLUMNS: usize = 300;

/// What is drawn of a series.
pub enum Marks {
    /// Joined by a line, which ends where there is no value.
    Line(Vec<(f64, Option<f64>)>),
    /// From one place on the horizontal axis to another, and how high.
    Bars(Vec<(f64, f64, f64)>),
    /// Each by itself.
    Dots(Vec<(f64, f64)>),
}

/// Marks and their name.
pub struct Series {
    /// For the legend of a plot with more than one.
    pub name: &'static str,
    /// What is drawn.
    pub marks: Marks,
}

/// A dashed line across a plot.
pub enum Level {
    /// At a place on the horizontal axis.
    Vertical(f64, String),
    /// At a place on the vertical axis.
    Horizontal(f64, String),
}

/// A plot.
pub struct Plot {
    /// What is plotted.
    pub title: &'static str,
    /// Of the vertical axis.
    pub unit: &'static str,
    /// Name and unit of the horizontal axis.
    pub across: &'static str,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// One or two.
    pub series: Vec<Series>,
    /// To compare with.
    pub levels: Vec<Level>,
    /// The plot in words.
    pub note: String,
}

impl Marks {
    fn is_empty(&self) -> bool {
        match self {
            Self::Line(points) => points.iter().all(|(_, y)| y.is_none()),
            Self::Bars(bars) => bars.is_empty(),
            Self::Dots(dots) => dots.is_empty(),
        }
    }

    fn class(&self) -> &'static str {
        match self {
            Self::Line(_) => "line",
            Self::Bars(_) => "bars",
            Self::Dots(_) => "dots",
        }
    }
}

impl Plot {
    /// The figure: title, drawing, and the drawing in words.
    pub fn draw(&self) -> Markup {
        let middle = (LEFT + RIGHT) / 2.0;
        let empty = self.series.iter().all(|series| series.marks.is_empty());
        html! {
            figure {
                h3 { (self.title) }
                svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" {
                    title { (self.title) ", " (self.unit) }
                    (self.grid())
                    text class="unit" x="2" y="12" { (self.unit) }
                    text x=(middle) y=(HEIGHT - 4.0) text-anchor="middle" { (self.across) }
                    @for (index, series) in self.series.iter().enumerate() {
                        path class={ (series.marks.class()) " s" (index) } d=(self.path(&series.marks)) {}
                        @if self.series.len() > 1 { (legend(index, series)) }
                    }
                    @for level in &self.levels { (self.level_line(level)) }
                    @for (index, level) in self.levels.iter().enumerate() { (self.level_name(index, level)) }
                    @if empty {
                        text x=(middle) y=((TOP + BOTTOM) / 2.0) text-anchor="middle" { "nothing was measured" }
                    }
                }
                figcaption { (self.note) }
            }
        }
    }

    fn grid(&self) -> Markup {
        let lines = |axis: &Axis, at: &dyn Fn(f64) -> String| {
            axis.ticks()
                .iter()
                .fold(String::new(), |path, tick| path + &at(*tick))
        };
        let across = lines(&self.y, &|tick| {
            format!("M{LEFT} {:.1}H{RIGHT}", self.down(tick))
        });
        let up = lines(&self.x, &|tick| {
            format!("M{:.1} {BOTTOM}V{TOP}", self.right(tick))
        });
        html! {
            path class="grid" d={ (across) (up) } {}
            path class="axes" d={ "M" (LEFT) " " (TOP) "V" (BOTTOM) "H" (RIGHT) } {}
            @for tick in self.y.ticks() {
                text x=(LEFT - 5.0) y={ (format!("{:.1}", self.down(*tick) + 4.0)) } text-anchor="end" {
                    (self.y.label(*tick))
                }
            }
            @for tick in self.x.ticks() {
                text x={ (format!("{:.1}", self.right(*tick))) } y=(BOTTOM + 15.0) text-anchor="middle" {
                    (self.x.label(*tick))
                }
            }
        }
    }

    fn level_line(&self, level: &Level) -> Markup {
        let line = match level {
            Level::Vertical(value, _) => format!("M{:.1} {BOTTOM}V{TOP}", self.right(*value)),
            Level::Horizontal(value, _) => format!("M{LEFT} {:.1}H{RIGHT}", self.down(*value)),
        };
        html! { path class="level" d=(line) {} }
    }

    fn level_name(&self, index: usize, level: &Level) -> Markup {
        let (name, x, y, anchor) = match level {
            Level::Vertical(value, name) => {
                let near_end = self.x.place(*value) > 0.7;
                let (anchor, shift) = if near_end {
                    ("end", -4.0)
                } else {
                    ("start", 4.0)
                };
                // One below the other: two may stand close together.
                let y = TOP + 11.0 + 14.0 * index as f64;
                (name, self.right(*value) + shift, y, anchor)
            }
            Level::Horizontal(value, name) => (name, RIGHT - 3.0, self.down(*value) + 13.0, "end"),
        };
        html! {
            text class="name" x=(format!("{x:.1}")) y=(format!("{y:.1}")) text-anchor=(anchor) { (name) }
        }
    }

    fn path(&self, marks: &Marks) -> String {
        let mut path = String::new();
        let mut put =
            |text: std::fmt::Arguments<'_>| path.write_fmt(text).expect("a String takes all");
        match marks {
            Marks::Line(points) => {
                let mut pen_down = false;
                for (x, y) in thin(points) {
                    if let Some(y) = y {
                        let (x, y) = (self.right(x), self.down(y));
                        // A value between two gaps becomes a dot: a line of no length, with round ends.
                        let (to, dot) = if pen_down { ("L", "") } else { ("M", "h0") };
                        put(format_args!("{to}{x:.1} {y:.1}{dot}"));
                    }
                    pen_down = y.is_some();
                }
            }
            Marks::Bars(bars) => {
                for (from, to, height) in bars.iter().filter(|(_, _, height)| *height > 0.0) {
                    let (from, to) = (self.right(*from), self.right(*to));
                    let top = self.down(*height).min(BOTTOM - LOWEST_BAR);
                    put(format_args!(
                        "M{from:.1} {BOTTOM}V{top:.1}H{to:.1}V{BOTTOM}z"
                    ));
                }
            }
            Marks::Dots(dots) => {
                for (x, y) in dots {
                    put(format_args!(
                        "M{:.1} {:.1}h0",
                        self.right(*x),
                        self.down(*y)
                    ));
                }
            }
        }
        path
    }

    fn right(&self, value: f64) -> f64 {
        LEFT + self.x.place(value) * (RIGHT - LEFT)
    }

    fn down(&self, value: f64) -> f64 {
        BOTTOM - self.y.place(value) * (BOTTOM - TOP)
    }
}

fn legend(index: usize, series: &Series) -> Markup {
    let x = LEFT + 66.0 + 116.0 * index as f64;
    let sample = match series.marks {
        Marks::Line(_) => format!("M{x} 8h18"),
        Marks::Bars(_) => format!("M{x} 3h10v10h-10z"),
        Marks::Dots(_) => format!("M{} 8h0", x + 9.0),
    };
    html! {
        path class={ (series.marks.class()) " s" (index) } d=(sample) {}
        text x=(x + 24.0) y="12" { (series.name) }
    }
}

/// Of many points, the lowest and the highest in each column.
fn thin(points: &[(f64, Option<f64>)]) -> Vec<(f64, Option<f64>)> {
    if points.len() <= 2 * COLUMNS {
        return points.to_vec();
    }
    let column = |points: &[(f64, Option<f64>)]| {
        let by_value = |a: &usize, b: &usize| {
            let value = |index: usize| points[index].1.unwrap_or_default();
            value(*a).total_cmp(&value(*b))
        };
        let known = || (0..points.len()).filter(|index| points[*index].1.is_some());
        let lowest = known().min_by(by_value).unwrap_or(0);
        let highest = known().max_by(by_value).unwrap_or(0);
        [points[lowest.min(highest)], points[lowest.max(highest)]]
    };
    points
        .chunks(points.len().div_ceil(COLUMNS))
        .flat_map(column)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(marks: Marks) -> Plot {
        Plot {
            title: "Speed",
            unit: "m/s",
            across: "time, s",
            x: Axis::linear(0.0, 10.0, 5),
            y: Axis::from_zero(4.0, 4),
            series: vec![Series { name: "one", marks }],
            levels: Vec::new(),
            note: String::new(),
        }
    }

    fn path(marks: Marks) -> String {
        let plot = plot(Marks::Dots(Vec::new()));
        plot.path(&marks)
    }

    #[test]
    fn a_line_breaks_where_nothing_was_measured() {
        let points = vec![
            (0.0, Some(0.0)),
            (5.0, Some(4.0)),
            (6.0, None),
            (10.0, Some(2.0)),
        ];
        assert_eq!(
            path(Marks::Line(points)),
            "M52.0 176.0h0L201.0 24.0M350.0 100.0h0"
        );
    }

    #[test]
    fn the_least_bar_can_be_seen_and_none_is_none() {
        let bars = vec![(0.0, 5.0, 1e-6), (5.0, 10.0, 0.0)];
        assert_eq!(path(Marks::Bars(bars)), "M52.0 176V175.0H201.0V176z");
    }

    #[test]
    fn a_day_of_seconds_is_thinned_and_keeps_its_worst() {
        let mut points: Vec<_> = (0..86_400).map(|at| (f64::from(at), Some(1.0))).collect();
        points[50_000].1 = Some(9.0);
        points[60_000].1 = Some(0.5);
        let thinned = thin(&points);
        assert!(thinned.len() <= 2 * COLUMNS);
        assert!(
            thinned.contains(&(50_000.0, Some(9.0))) && thinned.contains(&(60_000.0, Some(0.5)))
        );
        assert!(thinned.is_sorted_by(|a, b| a.0 <= b.0));
    }

    #[test]
    fn a_plot_of_nothing_says_so() {
        assert!(
            plot(Marks::Line(vec![(1.0, None)]))
                .draw()
                .into_string()
                .contains("nothing was measured")
        );
        assert!(
            !plot(Marks::Dots(vec![(1.0, 1.0)]))
                .draw()
                .into_string()
                .contains("nothing was")
        );
    }
}
