//! Where values stand on an axis, and where its ticks are.

use super::numbers::grouped;

/// From here on a value is written with an exponent.
const HUGE: f64 = 1e9;
const LOG_TICKS: usize = 7;

/// One axis of a plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    low: f64,
    high: f64,
    log: bool,
    ticks: Vec<f64>,
}

impl Axis {
    /// From `low` to `high`, with about so many ticks in steps of 1, 2 or 5 times a power of ten.
    pub fn linear(low: f64, high: f64, about: u32) -> Self {
        let usable =
            high.is_finite() && high - low > f64::EPSILON * low.abs().max(f64::MIN_POSITIVE);
        let high = if usable { high } else { low + 1.0 };
        let step = step((high - low) / f64::from(about));
        let first = (low / step).ceil();
        let count = ((high / step * (1.0 + 1e-9)).floor() - first).max(0.0) as usize + 1;
        let ticks = (0..count).map(|index| (first + index as f64) * step);
        Self {
            low,
            high,
            log: false,
            ticks: ticks.collect(),
        }
    }

    /// From 0 to the first tick that is not below `highest`.
    pub fn from_zero(highest: f64, about: u32) -> Self {
        let usable = highest.is_finite() && highest > 0.0;
        let highest = if usable { highest } else { 1.0 };
        let step = step(highest / f64::from(about));
        Self::linear(0.0, (highest / step * (1.0 - 1e-9)).ceil() * step, about)
    }

    /// Each factor has the same length; both ends are at a tick. `low` and `high` must be above 0.
    pub fn logarithmic(low: f64, high: f64) -> Self {
        let powers = low.log10().floor() as i32..=high.log10().ceil() as i32 + 1;
        let all: Vec<f64> = powers
            .flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power)))
            .collect();
        let below = |tick: &&f64| **tick <= low * (1.0 + 1e-9);
        let above = |tick: &&f64| **tick >= high * (1.0 - 1e-9) && **tick > low;
        let low = all.iter().rfind(below).copied().unwrap_or(low);
        let high = all.iter().find(above).copied().unwrap_or(high);
        let within = |tick: &f64| (low..=high).contains(tick);
        let mut ticks: Vec<f64> = all.into_iter().filter(within).collect();
        if ticks.len() > LOG_TICKS {
            ticks.retain(|tick| (tick.log10() - tick.log10().round()).abs() < 1e-9);
        }
        Self {
            low,
            high,
            log: true,
            ticks,
        }
    }

    /// The ticks, from low to high.
    pub fn ticks(&self) -> &[f64] {
        &self.ticks
    }

    /// Where a value stands: 0 at the low end, 1 at the high end, and nowhere else.
    pub fn place(&self, value: f64) -> f64 {
        let (low, high, value) = if self.log {
            let least = self.low.min(self.high) / 10.0;
            (self.low.ln(), self.high.ln(), value.max(least).ln())
        } else {
            (self.low, self.high, value)
        };
        ((value - low) / (high - low)).clamp(0.0, 1.0)
    }

    /// A tick's text, with as many decimals as its neighbours need.
    pub fn label(&self, tick: f64) -> String {
        if tick.abs() >= HUGE {
            return format!("{tick:.0e}");
        }
        let unit = match self.ticks[..] {
            [first, second, ..] if !self.log => second - first,
            _ => tick,
        };
        let decimals = decimals(unit);
        if decimals == 0 && tick >= 0.0 {
            grouped(tick.round() as u64)
        } else {
            format!("{tick:.decimals$}")
        }
    }
}

/// The smallest of 1, 2, 5 and 10 times a power of ten that is not below `least`.
fn step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|factor| factor * power >= least * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

fn decimals(unit: f64) -> usize {
    if unit > 0.0 {
        (-(unit.log10() + 1e-9).floor()).clamp(0.0, 6.0) as usize
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<String> {
        axis.ticks().iter().map(|tick| axis.label(*tick)).collect()
    }

    #[test]
    fn ticks_go_by_1_2_or_5_and_an_axis_from_zero_ends_at_one() {
        let cases: [(f64, &[&str]); 5] = [
            (3.7, &["0", "1", "2", "3", "4"]),
            (0.83, &["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
            (0.5, &["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
            (
                48_211.0,
                &[
                    "0",
                    "10\u{202f}000",
                    "20\u{202f}000",
                    "30\u{202f}000",
                    "40\u{202f}000",
                    "50\u{202f}000",
                ],
            ),
            (17.0, &["0", "5", "10", "15", "20"]),
        ];
        for (highest, expected) in cases {
            let axis = Axis::from_zero(highest, 5);
            assert_eq!(labels(&axis), expected, "{highest}");
            assert!(axis.place(highest) <= 1.0 && axis.place(highest) > 0.75);
        }
    }

    #[test]
    fn an_axis_of_a_given_length_keeps_it() {
        let axis = Axis::linear(0.0, 61.0, 6);
        assert_eq!(labels(&axis), ["0", "20", "40", "60"]);
        assert_eq!(axis.place(61.0), 1.0);
        assert_eq!(axis.place(30.5), 0.5);
    }

    #[test]
    fn factors_are_lengths_on_a_logarithmic_axis() {
        let axis = Axis::logarithmic(0.13, 7.0);
        assert_eq!(labels(&axis), ["0.1", "0.2", "0.5", "1", "2", "5", "10"]);
        assert!((axis.place(1.0) - 0.5).abs() < 1e-9);
        assert_eq!(axis.place(0.0), 0.0);
        assert_eq!(
            labels(&Axis::logarithmic(0.09, 900.0)),
            ["0.1", "1", "10", "100", "1\u{202f}000"]
        );
    }

    #[test]
    fn no_value_makes_an_axis_of_endless_ticks_or_none() {
        for value in [
            0.0,
            -1.0,
            1e-300,
            1e-9,
            1e300,
            f64::MAX,
            f64::INFINITY,
            f64::NAN,
        ] {
            for axis in [Axis::from_zero(value, 5), Axis::linear(0.0, value, 6)] {
                assert!((2..=12).contains(&axis.ticks().len()), "{value} {axis:?}");
                assert!(
                    labels(&axis).iter().all(|label| label.len() < 16),
                    "{axis:?}"
                );
            }
        }
    }
}
