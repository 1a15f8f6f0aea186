//! What a suite came to.

/// Files that a suite wants accepted and that are refused here: the beginning of their names, a part of what is said of
/// them, and the reason. An empty text stands for any.
pub(crate) struct Known {
    pub(crate) files: &'static str,
    pub(crate) said: &'static str,
    pub(crate) reason: &'static str,
}

impl Known {
    fn explains(&self, file: &str, said: &str) -> bool {
        file.starts_with(self.files) && said.contains(self.said)
    }
}

/// What a suite says of one of its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Accepted,
    Refused,
}

/// The counts of one suite.
pub(crate) struct Report {
    name: &'static str,
    known: &'static [Known],
    as_expected: [usize; 2],
    /// How many files each known row explains.
    explained: Vec<usize>,
    wrongly_accepted: Vec<String>,
    wrongly_refused: Vec<String>,
    other: usize,
}

impl Report {
    pub(crate) fn new(name: &'static str, known: &'static [Known]) -> Self {
        Self {
            name,
            known,
            as_expected: [0; 2],
            explained: vec![0; known.len()],
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
                match self.known.iter().position(|known| known.explains(file, &reason)) {
                    Some(row) => self.explained[row] += 1,
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
        println!("  refused, for a known reason         {:4}", self.explained.iter().sum::<usize>());
        println!("  accepted AGAINST the suite          {:4}", self.wrongly_accepted.len());
        println!("  refused against the suite           {:4}", self.wrongly_refused.len());
        println!("  depends on settings, passed over    {:4}", self.other);
        for (row, count) in self.known.iter().zip(&self.explained) {
            let Known { files, said, reason } = row;
            let which = if files.is_empty() { format!("\"{said}\"") } else { format!("{files}*") };
            match count {
                0 => println!("  outlived: nothing is refused any more for {which}"),
                count => println!("  known: {count:3} {which}: {reason}"),
            }
        }
        for file in &self.wrongly_accepted {
            println!("  ACCEPTED: {file}");
        }
        for file in &self.wrongly_refused {
            println!("  refused: {file}");
        }
        let outlived = self.explained.contains(&0);
        let counted = accepted + refused > 0;
        counted && !outlived && self.wrongly_accepted.is_empty() && self.wrongly_refused.is_empty()
    }
}
