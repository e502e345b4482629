//! How numbers are written for people.

/// Thousands are parted by narrow spaces that never break.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Three digits, or all before the point.
pub fn short(number: f64) -> String {
    match number.abs() {
        size if !size.is_finite() => "–".to_owned(),
        size if size >= 1e15 => format!("{number:.2e}"),
        size if size >= 100.0 && number > 0.0 => grouped(number.round() as u64),
        size if size >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}

/// The same of what may be unknown.
pub fn maybe(number: Option<f64>) -> String {
    number.map_or("–".to_owned(), short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_parted() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(short(0.456), "0.46");
        assert_eq!(short(45.67), "45.7");
        assert_eq!(short(4_567.8), "4\u{202f}568");
        assert_eq!(short(1e300), "1.00e300");
        assert_eq!(maybe(None), "–");
    }
}
