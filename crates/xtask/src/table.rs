//! The table of steps at the end of a task, and the line a machine counts.

use crate::runner::Outcome;
use std::time::Duration;

/// A step that was run.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
    pub(crate) time: Duration,
}

/// The table as text: a line per step, its details indented below it, and the total.
pub(crate) fn render(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).max(5);
    let mut text = format!("{:<width$}  result  {:>8}\n", "step", "time");
    for row in rows {
        let result = if row.outcome.passed { "ok" } else { "FAILED" };
        let line =
            format!("{:<width$}  {result:<6}  {:>8}  {}", row.name, seconds(row.time), row.outcome.remark);
        text.push_str(line.trim_end());
        text.push('\n');
        for detail in &row.outcome.details {
            text.push_str(&format!("    {detail}\n"));
        }
    }
    let total = rows.iter().map(|row| row.time).sum();
    text.push_str(&format!("{:<width$}  {:<6}  {:>8}\n", "total", "", seconds(total)));
    text
}

/// `N passed, N failed`, over the steps.
pub(crate) fn count(rows: &[Row]) -> String {
    let passed = rows.iter().filter(|row| row.outcome.passed).count();
    format!("{passed} passed, {} failed", rows.len() - passed)
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let mut failed = Outcome::failed("2 of 9 tests failed");
        failed.details.push("edges: 2 failed".to_owned());
        vec![
            Row {
                name: "format".to_owned(),
                outcome: Outcome::passed(""),
                time: Duration::from_millis(1_250),
            },
            Row { name: "tests".to_owned(), outcome: failed, time: Duration::from_secs(61) },
        ]
    }

    #[test]
    fn the_table_shows_result_time_remark_and_details() {
        let text = render(&rows());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "step    result      time");
        assert_eq!(lines[1], "format  ok         1.2 s");
        assert_eq!(lines[2], "tests   FAILED    61.0 s  2 of 9 tests failed");
        assert_eq!(lines[3], "    edges: 2 failed");
        assert_eq!(lines[4], "total             62.2 s");
    }

    #[test]
    fn the_count_is_over_steps() {
        assert_eq!(count(&rows()), "1 passed, 1 failed");
        assert_eq!(count(&[]), "0 passed, 0 failed");
    }
}
