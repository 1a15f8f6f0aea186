//! Regions by crate and room, out of the table that `llvm-cov report` prints.

use std::collections::BTreeMap;

/// The crates that have a goal: at least this share of their regions, in tenths of a percent.
const GOAL: usize = 950;
const WITH_GOAL: [&str; 5] = ["apdu", "applet", "crypto", "driver", "virtual-card"];

/// Regions of some code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Regions {
    all: usize,
    missed: usize,
}

impl Regions {
    /// Reached regions in tenths of a percent, rounded down.
    fn tenths(self) -> usize {
        let reached = self.all.saturating_sub(self.missed);
        reached.saturating_mul(1000).checked_div(self.all).unwrap_or(0)
    }

    fn add(&mut self, other: Self) {
        self.all += other.all;
        self.missed += other.missed;
    }

    fn line(self, name: &str) -> String {
        let tenths = self.tenths();
        format!("{name:<36} {:>7} {:>7} {:>5}.{} %\n", self.all, self.missed, tenths / 10, tenths % 10)
    }
}

/// Regions by crate, and within a crate by room: a folder or a file right below `src`.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    crates: BTreeMap<String, BTreeMap<String, Regions>>,
}

impl Summary {
    /// Reads the table; lines about anything but the crates' own code are passed over.
    pub(crate) fn read(report: &str) -> Self {
        let mut summary = Self::default();
        for line in report.lines() {
            if let Some((krate, room, regions)) = row(line) {
                summary.crates.entry(krate).or_default().entry(room).or_default().add(regions);
            }
        }
        summary
    }

    fn total(&self, name: &str) -> Regions {
        let mut total = Regions::default();
        self.crates.get(name).into_iter().flat_map(BTreeMap::values).for_each(|room| total.add(*room));
        total
    }

    /// The crates with a goal that are below it.
    pub(crate) fn short_of_the_goal(&self) -> Vec<&'static str> {
        WITH_GOAL.into_iter().filter(|name| self.total(name).tenths() < GOAL).collect()
    }

    /// The table that people read: each crate with a goal by its rooms, the others by their totals.
    pub(crate) fn table(&self) -> String {
        let mut text = format!("{:<36} {:>7} {:>7} {:>9}\n", "room", "regions", "missed", "reached");
        for (name, rooms) in &self.crates {
            text.push_str(&self.total(name).line(name));
            if WITH_GOAL.contains(&name.as_str()) {
                for (room, regions) in rooms {
                    text.push_str(&regions.line(&format!("  {room}")));
                }
            }
        }
        text
    }
}

/// Crate, room and regions of one line of the report.
fn row(line: &str) -> Option<(String, String, Regions)> {
    let mut words = line.split_whitespace();
    let (path, all, missed) = (words.next()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let (_, path) = path.rsplit_once("crates/")?;
    let (name, path) = path.split_once("/src/")?;
    let room = path.split_once('/').map_or(path, |(room, _)| room);
    Some((name.to_owned(), room.trim_end_matches(".rs").to_owned(), Regions { all, missed }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "Filename  Regions  Missed Regions  Cover\n\
        ----\n\
        crates/apdu/src/command.rs  100  3  97.00%  9 0\n\
        crates/apdu/src/tlv/ber.rs  60  2  96.67%  9 0\n\
        crates/apdu/src/tlv/simple.rs  40  6  85.00%  9 0\n\
        crates/transport/src/wire.rs  10  9  10.00%  9 0\n\
        tests/src/fuzz/tlv.rs  10  9  10.00%  9 0\n\
        TOTAL  220  29  86.82%  9 0\n";

    #[test]
    fn regions_are_added_up_by_crate_and_room() {
        let summary = Summary::read(REPORT);
        assert_eq!(summary.total("apdu"), Regions { all: 200, missed: 11 });
        let table = summary.table();
        assert!(table.contains("apdu                                     200      11    94.5 %"), "{table}");
        assert!(table.contains("  tlv                                    100       8    92.0 %"), "{table}");
        assert!(table.contains("transport                                 10       9    10.0 %"), "{table}");
        assert!(!table.contains("  wire") && !table.contains("fuzz"), "{table}");
    }

    #[test]
    fn a_crate_below_its_goal_or_not_reached_at_all_is_named() {
        let short = Summary::read(REPORT).short_of_the_goal();
        assert_eq!(short, ["apdu", "applet", "crypto", "driver", "virtual-card"]);
        let better = REPORT.replace(" 6  85", " 4  85");
        assert!(!Summary::read(&better).short_of_the_goal().contains(&"apdu"));
    }
}
