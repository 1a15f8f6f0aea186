//! The table.

use std::time::Duration;

use testkit::torture::{Family, Tally};

/// One line for each part, and the sum.
pub(crate) fn render(rows: &[(Family, Tally)]) -> String {
    let parts = rows.iter().flat_map(|(family, tally)| tally.parts.iter().map(move |part| (family, part)));
    let width = parts.clone().map(|(_, part)| part.name.chars().count()).max().unwrap_or(0).max(4);
    let line = |family: &str, part: &str, cases: u64, failures: u64, time: Duration| {
        let seconds = time.as_secs_f64();
        format!("{family:<10} {part:<width$} {:>10} {failures:>9} {seconds:>8.1}\n", grouped(cases))
    };
    let mut text =
        format!("{:<10} {:<width$} {:>10} {:>9} {:>8}\n", "family", "part", "cases", "failures", "seconds");
    let mut sum = (0, 0, Duration::ZERO);
    for (family, part) in parts {
        text += &line(family.name, &part.name, part.cases, part.failures, part.time);
        sum = (sum.0 + part.cases, sum.1 + part.failures, sum.2 + part.time);
    }
    text + &line("all", "", sum.0, sum.1, sum.2)
}

/// With a comma before every three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_comma_before_every_three_digits() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
