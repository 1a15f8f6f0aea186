//! The list of what no input reaches, each entry with its reason: `fuzz/unreached.txt`.
//!
//! An entry is a path, a place and a reason, with ` | ` between them. A place is `*` for the whole file, `fn NAME` for a
//! function, or text that stands on the line on which the region begins. An entry for code that is gone, or that is reached
//! after all, is an error: the list may only say what is so.

use super::regions::Source;

/// One entry.
#[derive(Debug)]
struct Entry {
    path: String,
    place: String,
}

/// The list.
#[derive(Debug, Default)]
pub(crate) struct Explained(Vec<Entry>);

impl Explained {
    /// Reads the list; the line that cannot be read otherwise.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let entry = |line: &str| match line.split(" | ").collect::<Vec<_>>().as_slice() {
            [path, place, reason] if !reason.trim().is_empty() => {
                Ok(Entry { path: (*path).to_owned(), place: (*place).to_owned() })
            }
            _ => Err(format!("`{line}` is not path | place | reason")),
        };
        lines.map(entry).collect::<Result<_, _>>().map(Self)
    }

    /// The lines of this source, counted from 1, on which unreached regions are explained.
    pub(crate) fn lines(&self, source: &Source, text: &str) -> Vec<usize> {
        let entries = self.0.iter().filter(|entry| source.path.as_os_str() == entry.path.as_str());
        entries.flat_map(|entry| places(&entry.place, text)).collect()
    }

    /// The entries that explain nothing: the code is gone or was reached.
    pub(crate) fn idle(&self, sources: &[Source], text: impl Fn(&Source) -> String) -> Vec<String> {
        let explains = |entry: &Entry| {
            sources.iter().filter(|source| source.path.as_os_str() == entry.path.as_str()).any(|source| {
                let lines = places(&entry.place, &text(source));
                source.regions.iter().any(|region| !region.reached && lines.contains(&region.line))
            })
        };
        let idle = self.0.iter().filter(|entry| !explains(entry));
        idle.map(|entry| format!("{} | {}", entry.path, entry.place)).collect()
    }
}

/// The lines that a place stands for.
fn places(place: &str, text: &str) -> Vec<usize> {
    let numbered = || text.lines().enumerate().map(|(index, line)| (index + 1, line));
    if place == "*" {
        return numbered().map(|(number, _)| number).collect();
    }
    let Some(name) = place.strip_prefix("fn ") else {
        return numbered().filter(|(_, line)| line.contains(place)).map(|(number, _)| number).collect();
    };
    let mut found = Vec::new();
    let mut end: Option<String> = None;
    for (number, line) in numbered() {
        let begins = [format!("fn {name}("), format!("fn {name}<")].iter().any(|head| line.contains(head));
        if begins && end.is_none() {
            let indent = line.len() - line.trim_start().len();
            end = Some(format!("{}}}", " ".repeat(indent)));
        }
        if end.is_some() {
            found.push(number);
        }
        let on_one_line = begins && line.ends_with('}');
        if end.as_deref() == Some(line) || on_one_line {
            end = None;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::regions::Region;
    use super::*;

    const TEXT: &str = "fn a() {\n    one();\n    two();\n}\n\nfn b<T>() {\n    one();\n}\n";

    fn source(unreached: &[usize]) -> Source {
        let regions = (1..=8).map(|line| Region { line, reached: !unreached.contains(&line) });
        Source { path: "crates/x/src/y.rs".into(), regions: regions.collect() }
    }

    fn read(place: &str) -> Explained {
        match Explained::read(&format!("# heading\n\ncrates/x/src/y.rs | {place} | a reason\n")) {
            Ok(explained) => explained,
            Err(problem) => panic!("{problem}"),
        }
    }

    #[test]
    fn a_place_is_a_file_a_function_or_the_text_of_a_line() {
        let source = source(&[]);
        assert_eq!(read("*").lines(&source, TEXT), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(read("fn a").lines(&source, TEXT), [1, 2, 3, 4]);
        assert_eq!(read("fn b").lines(&source, TEXT), [6, 7, 8]);
        assert_eq!(read("one();").lines(&source, TEXT), [2, 7]);
    }

    #[test]
    fn an_entry_for_code_that_is_reached_or_gone_is_named() {
        let idle = |place: &str, unreached: &[usize]| read(place).idle(&[source(unreached)], |_| TEXT.into());
        assert!(idle("two();", &[3]).is_empty());
        assert_eq!(idle("two();", &[2]), ["crates/x/src/y.rs | two();"]);
        assert_eq!(idle("three();", &[2]), ["crates/x/src/y.rs | three();"]);
        assert_eq!(read("*").idle(&[], |_| TEXT.into()).len(), 1);
    }

    #[test]
    fn an_entry_without_a_reason_is_refused() {
        assert!(Explained::read("crates/x/src/y.rs | *").is_err());
        assert!(Explained::read("crates/x/src/y.rs | * | ").is_err());
    }
}
