//! Reads what `cargo test` prints, so that the table can name each test program with its count.

/// What one test program reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

/// Collects the programs out of the lines, which come in the order cargo printed them.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    current: Option<String>,
    programs: Vec<Program>,
}

impl Summary {
    /// Takes the next line of output, colours and all.
    pub(crate) fn line(&mut self, line: &str) {
        let plain = without_colours(line);
        if let Some(name) = program_name(plain.trim()) {
            self.give_up_current();
            self.current = Some(name);
        } else if let Some((passed, failed)) = counts(plain.trim()) {
            self.report(passed, failed);
        }
    }

    fn report(&mut self, passed: usize, failed: usize) {
        if let Some(name) = self.current.take() {
            self.programs.push(Program { name, passed, failed });
        } else if let Some(last) = self.programs.last_mut() {
            // Documentation tests that cannot be compiled together report a second time.
            last.passed += passed;
            last.failed += failed;
        }
    }

    /// A program that was started and never reported was killed: that is a failure too.
    fn give_up_current(&mut self) {
        if let Some(name) = self.current.take() {
            self.programs.push(Program { name, passed: 0, failed: 1 });
        }
    }

    /// The programs that ran at least one test.
    pub(crate) fn finish(mut self) -> Vec<Program> {
        self.give_up_current();
        self.programs.retain(|program| program.passed + program.failed > 0);
        self.programs
    }
}

/// `Running tests/edges.rs (target/debug/deps/edges-0123456789abcdef)` or `Doc-tests mynumber_apdu`.
fn program_name(line: &str) -> Option<String> {
    if let Some(library) = line.strip_prefix("Doc-tests ") {
        return Some(format!("{library} (documentation)"));
    }
    let rest = line.strip_prefix("Running ")?;
    let (source, path) = rest.rsplit_once(" (")?;
    let file = path.strip_suffix(')')?.rsplit(['/', '\\']).next()?;
    let (name, _hash) = file.rsplit_once('-')?;
    Some(if source.starts_with("unittests ") { format!("{name} (units)") } else { name.to_owned() })
}

/// `test result: ok. 12 passed; 0 failed; 0 ignored; ...`
fn counts(line: &str) -> Option<(usize, usize)> {
    let (_, rest) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut parts = rest.split("; ");
    let passed = parts.next()?.strip_suffix(" passed")?.parse().ok()?;
    let failed = parts.next()?.strip_suffix(" failed")?.parse().ok()?;
    Some((passed, failed))
}

fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // An escape sequence for colours ends with the first letter.
            let _end = characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(text: &str) -> Vec<Program> {
        let mut summary = Summary::default();
        text.lines().for_each(|line| summary.line(line));
        summary.finish()
    }

    fn program(name: &str, passed: usize, failed: usize) -> Program {
        Program { name: name.to_owned(), passed, failed }
    }

    #[test]
    fn every_kind_of_test_program_is_named_and_counted() {
        let text = "     Running unittests src/lib.rs (target/debug/deps/mynumber_apdu-09af)\n\
                    test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s\n\
                    \u{1b}[1m\u{1b}[32m     Running\u{1b}[0m tests/edges.rs (target/debug/deps/edges-12cd)\n\
                    test result: \u{1b}[31mFAILED\u{1b}[0m. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n\
                    \x20  Doc-tests mynumber_apdu\n\
                    test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\
                    test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
        let expected = [
            program("mynumber_apdu (units)", 12, 0),
            program("edges", 3, 1),
            program("mynumber_apdu (documentation)", 3, 0),
        ];
        assert_eq!(programs(text), expected);
    }

    #[test]
    fn a_program_that_died_without_a_report_has_failed() {
        let text = "Running tests/a.rs (target/debug/deps/a-1)\nRunning tests/b.rs (target/debug/deps/b-2)\n";
        assert_eq!(programs(text), [program("a", 0, 1), program("b", 0, 1)]);
    }

    #[test]
    fn programs_without_tests_are_left_out() {
        let text = "Running unittests src/lib.rs (target/debug/deps/examples-1)\n\
                    test result: ok. 0 passed; 0 failed; 0 ignored\n";
        assert_eq!(programs(text), []);
    }

    #[test]
    fn lines_of_the_tests_themselves_are_not_taken_for_reports() {
        let text = "Running the demo\ntest result: none\n12 passed, 3 failed\nRunning x (y)\n";
        assert_eq!(programs(text), []);
    }
}
