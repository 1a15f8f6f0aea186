//! Regions by crate and room.

use super::explained::Explained;
use super::regions::Source;
use std::collections::BTreeMap;
use std::path::Path;

/// The crates that have a goal: at least this share of the regions that are not explained, in tenths of a percent.
const GOAL: usize = 950;
const WITH_GOAL: [&str; 5] = ["apdu", "applet", "crypto", "driver", "virtual-card"];

/// Regions of some code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Regions {
    all: usize,
    missed: usize,
    /// Of those missed.
    explained: usize,
}

impl Regions {
    /// Reached ones of those that are not explained, in tenths of a percent, rounded down.
    fn tenths(self) -> usize {
        let reached = self.all.saturating_sub(self.missed);
        let of = self.all.saturating_sub(self.explained);
        reached.saturating_mul(1000).checked_div(of).unwrap_or(0)
    }

    fn add(&mut self, other: Self) {
        self.all += other.all;
        self.missed += other.missed;
        self.explained += other.explained;
    }

    fn line(self, name: &str) -> String {
        let Self { all, missed, explained } = self;
        let bare = Self { explained: 0, ..self }.tenths();
        let tenths = self.tenths();
        format!(
            "{name:<28} {all:>7} {missed:>7} {:>5}.{} % {explained:>9} {:>5}.{} %\n",
            bare / 10,
            bare % 10,
            tenths / 10,
            tenths % 10
        )
    }
}

/// Regions by crate, and within a crate by room: a folder or a file right below `src`.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    crates: BTreeMap<String, BTreeMap<String, Regions>>,
    /// Where regions are missed and not explained, in crates with a goal: file, line, text.
    open: Vec<String>,
}

impl Summary {
    pub(crate) fn of(sources: &[Source], explained: &Explained, text: impl Fn(&Source) -> String) -> Self {
        let mut summary = Self::default();
        for source in sources {
            if let Some((krate, room)) = place(&source.path) {
                let text = text(source);
                let regions = summary.count(source, &text, &explained.lines(source, &text), &krate);
                summary.crates.entry(krate).or_default().entry(room).or_default().add(regions);
            }
        }
        summary
    }

    fn count(&mut self, source: &Source, text: &str, explained: &[usize], krate: &str) -> Regions {
        let mut regions = Regions { all: source.regions.len(), ..Regions::default() };
        for region in source.regions.iter().filter(|region| !region.reached) {
            regions.missed += 1;
            if explained.contains(&region.line) {
                regions.explained += 1;
            } else if WITH_GOAL.contains(&krate) {
                let line = text.lines().nth(region.line.saturating_sub(1)).unwrap_or_default();
                self.open.push(format!("{}:{}: {}", source.path.display(), region.line, line.trim()));
            }
        }
        regions
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

    /// Where regions are missed and not explained.
    pub(crate) fn open(&self) -> String {
        let mut lines = self.open.clone();
        lines.dedup();
        lines.join("\n")
    }

    /// The table that people read: each crate with a goal by its rooms, the others by their totals.
    pub(crate) fn table(&self) -> String {
        let mut text = format!(
            "{:<28} {:>7} {:>7} {:>9} {:>9} {:>9}\n",
            "room", "regions", "missed", "reached", "explained", "of rest"
        );
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

/// Crate and room of a path.
fn place(path: &Path) -> Option<(String, String)> {
    let (name, path) = path.to_str()?.strip_prefix("crates/")?.split_once("/src/")?;
    let room = path.split_once('/').map_or(path, |(room, _)| room);
    Some((name.to_owned(), room.trim_end_matches(".rs").to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::regions::Region;
    use super::*;

    fn source(path: &str, all: usize, missed: usize) -> Source {
        let regions = (1..=all).map(|line| Region { line, reached: line > missed });
        Source { path: path.into(), regions: regions.collect() }
    }

    fn sources(missed: usize) -> [Source; 4] {
        [
            source("crates/apdu/src/command.rs", 100, 3),
            source("crates/apdu/src/tlv/ber.rs", 60, 2),
            source("crates/apdu/src/tlv/simple.rs", 40, missed),
            source("crates/transport/src/wire.rs", 10, 9),
        ]
    }

    fn summary(missed: usize, list: &str) -> Summary {
        let text = |_: &Source| (1..=100).map(|line| format!("line {line};\n")).collect();
        match Explained::read(list) {
            Ok(explained) => Summary::of(&sources(missed), &explained, text),
            Err(problem) => panic!("{problem}"),
        }
    }

    #[test]
    fn regions_are_added_up_by_crate_and_room() {
        let summary = summary(6, "");
        assert_eq!(summary.total("apdu"), Regions { all: 200, missed: 11, explained: 0 });
        let table = summary.table();
        assert!(table.contains("apdu                             200      11    94.5 %"), "{table}");
        assert!(table.contains("  tlv                            100       8    92.0 %"), "{table}");
        assert!(table.contains("transport                         10       9    10.0 %"), "{table}");
        assert!(!table.contains("  wire"), "{table}");
        assert!(summary.open().contains("crates/apdu/src/command.rs:3: line 3;"), "{}", summary.open());
    }

    #[test]
    fn a_crate_below_its_goal_or_not_reached_at_all_is_named() {
        let short = summary(6, "").short_of_the_goal();
        assert_eq!(short, ["apdu", "applet", "crypto", "driver", "virtual-card"]);
        assert!(!summary(4, "").short_of_the_goal().contains(&"apdu"));
    }

    #[test]
    fn what_is_explained_is_not_asked_for() {
        let summary = summary(6, "crates/apdu/src/tlv/simple.rs | line 1; | no input reaches it\n");
        assert_eq!(summary.total("apdu"), Regions { all: 200, missed: 11, explained: 1 });
        assert!(summary.table().contains("94.5 %         1    94.9 %"), "{}", summary.table());
        assert!(!summary.open().contains("simple.rs:1:"), "{}", summary.open());
    }
}
