//! What a suite came to.

/// What a suite says of one of its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Accepted,
    Refused,
}

/// The counts of one suite.
pub(crate) struct Report {
    name: &'static str,
    known: &'static [(&'static str, &'static str)],
    as_expected: [usize; 2],
    explained: Vec<&'static str>,
    wrongly_accepted: Vec<String>,
    wrongly_refused: Vec<String>,
    other: usize,
}

impl Report {
    pub(crate) const fn new(name: &'static str, known: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            name,
            known,
            as_expected: [0; 2],
            explained: Vec::new(),
            wrongly_accepted: Vec::new(),
            wrongly_refused: Vec::new(),
            other: 0,
        }
    }

    /// A file about which the suite says nothing without settings of its own.
    pub(crate) const fn pass_over(&mut self) {
        self.other += 1;
    }

    /// Takes the outcome of one file in: `Err` with the reason of a refusal.
    pub(crate) fn take(&mut self, file: &str, expected: Expected, outcome: Result<(), String>) {
        match (expected, outcome) {
            (Expected::Accepted, Ok(())) => self.as_expected[0] += 1,
            (Expected::Refused, Err(_)) => self.as_expected[1] += 1,
            (Expected::Refused, Ok(())) => self.wrongly_accepted.push(file.to_owned()),
            (Expected::Accepted, Err(reason)) => {
                match self.known.iter().find(|(prefix, _)| file.starts_with(prefix)) {
                    Some((prefix, _)) => self.explained.push(prefix),
                    None => self.wrongly_refused.push(format!("{file}: {reason}")),
                }
            }
        }
    }

    /// Prints the counts; whether they are what they should be.
    pub(crate) fn print(&self) -> bool {
        let [accepted, refused] = self.as_expected;
        println!("{}", self.name);
        println!("  accepted as the suite says          {accepted:4}");
        println!("  refused as the suite says           {refused:4}");
        println!("  refused, for a known reason         {:4}", self.explained.len());
        println!("  accepted AGAINST the suite          {:4}", self.wrongly_accepted.len());
        println!("  refused against the suite           {:4}", self.wrongly_refused.len());
        println!("  depends on settings, passed over    {:4}", self.other);
        for (prefix, reason) in self.known {
            match self.explained.iter().filter(|found| *found == prefix).count() {
                0 => println!("  outlived: nothing that begins with {prefix} is refused any more"),
                count => println!("  known: {count:3} {prefix}*: {reason}"),
            }
        }
        for file in &self.wrongly_accepted {
            println!("  ACCEPTED: {file}");
        }
        for file in &self.wrongly_refused {
            println!("  refused: {file}");
        }
        let outlived = self.known.iter().any(|(prefix, _)| !self.explained.contains(prefix));
        let counted = accepted + refused > 0;
        counted && !outlived && self.wrongly_accepted.is_empty() && self.wrongly_refused.is_empty()
    }
}
