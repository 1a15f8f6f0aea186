//! The regions of each source file, out of what `llvm-cov export --format text` prints.
//!
//! A region counts as reached when any instantiation of its code reached it: a function that is generic over the card's
//! wire is one piece of source. (`llvm-cov report` takes the best single instantiation.)

use std::path::{Path, PathBuf};

/// A piece of source that is entered as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    /// Where it begins, counted from 1.
    pub(crate) line: usize,
    pub(crate) reached: bool,
}

/// A source file of ours.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// From the root of the repository.
    pub(crate) path: PathBuf,
    pub(crate) regions: Vec<Region>,
}

/// Every file of `crates/` in the export, in its order.
pub(crate) fn read(export: &str, root: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    for part in export.split("\"filename\":\"").skip(1) {
        let Some((name, rest)) = part.split_once('"') else { continue };
        let Some((_, rest)) = rest.split_once("\"segments\":[") else { continue };
        let Some((segments, _)) = rest.split_once("]]") else { continue };
        let path = Path::new(name);
        let Ok(path) = path.strip_prefix(root) else { continue };
        if path.starts_with("crates") {
            sources.push(Source {
                path: path.to_owned(),
                regions: segments.split("],").filter_map(region).collect(),
            });
        }
    }
    sources
}

/// A segment is line, column, count, whether it has a count, whether a region begins, whether that is a gap.
fn region(segment: &str) -> Option<Region> {
    let mut parts = segment.trim_start_matches('[').split(',');
    let line = parts.next()?.parse().ok()?;
    let count = parts.nth(1)?;
    let counted = (parts.next()?, parts.next()?, parts.next()?) == ("true", "true", "false");
    counted.then(|| Region { line, reached: count != "0" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_read_by_file_and_only_those_of_crates() {
        let export = r#"{"data":[{"files":[
            {"branches":[],"filename":"/r/crates/apdu/src/a.rs","segments":[[3,1,7,true,true,false],[4,9,0,true,true,false],[5,2,0,true,false,false],[6,2,0,false,false,false],[7,1,0,true,true,true]],"summary":{}},
            {"filename":"/r/tests/src/b.rs","segments":[[1,1,1,true,true,false]],"summary":{}},
            {"filename":"/r/crates/apdu/src/c.rs","segments":[],"summary":{"x":[[1]]}}]}]}"#;
        let sources = read(export, Path::new("/r"));
        let Some(first) = sources.first() else { panic!("{sources:?}") };
        assert_eq!(first.path, Path::new("crates/apdu/src/a.rs"));
        let expected = [Region { line: 3, reached: true }, Region { line: 4, reached: false }];
        assert_eq!(first.regions, expected);
        assert!(sources.iter().all(|source| !source.path.starts_with("tests")));
    }
}
