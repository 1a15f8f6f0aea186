//! `cargo xtask <task>`: the chores of this repository.
//!
//! The package has no dependencies, so that a fresh clone can run it before anything is installed.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to people")]

mod bench;
mod coverage;
mod demo;
mod fuzz;
mod mutants;
mod packages;
mod public_api;
mod runner;
mod suites;
mod table;
mod test;
mod test_output;
mod torture;
mod workspace;

use std::process::ExitCode;

/// One task: its name, how it is called, what it does.
struct Task {
    name: &'static str,
    usage: &'static str,
    summary: &'static str,
    run: fn(&[String]) -> ExitCode,
}

const TASKS: [Task; 10] = [
    Task {
        name: "demo",
        usage: "demo [ARGUMENTS]",
        summary: "install what is missing, then show the whole path on the virtual card",
        run: demo::run,
    },
    Task {
        name: "test",
        usage: "test",
        summary: "install what is missing, then run every check a change has to pass",
        run: test::run,
    },
    Task {
        name: "fuzz",
        usage: "fuzz [TARGET] [SECONDS]",
        summary: "fuzz one target, or all in turn (60 seconds each unless told)",
        run: fuzz::run,
    },
    Task {
        name: "bench",
        usage: "bench [ARGUMENTS]",
        summary: "run the benchmarks (needs valgrind, installed when missing)",
        run: bench::run,
    },
    Task {
        name: "public-api",
        usage: "public-api [--write]",
        summary: "compare the public API of each library with its listing, or write the listings anew",
        run: public_api::run,
    },
    Task {
        name: "coverage",
        usage: "coverage [--missed | FILE..]",
        summary: "regions of each crate that the fuzz corpora reach by themselves, where they are missed, or the source with its counts",
        run: coverage::run,
    },
    Task {
        name: "suites",
        usage: "suites",
        summary: "run the verifier against NIST PKITS (downloads a Python package of 55 MB)",
        run: suites::run,
    },
    Task {
        name: "torture",
        usage: "torture [FAMILY...] [--planted]",
        summary: "hostile hosts, injected faults, power cuts and the like, in one table",
        run: torture::run,
    },
    Task {
        name: "mutants",
        usage: "mutants [CRATE]",
        summary: "alter the code place by place and see that a test of the room notices (needs cargo-mutants)",
        run: mutants::run,
    },
    Task { name: "help", usage: "help", summary: "this list", run: help },
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(name) = arguments.next() else {
        print!("{}", usage());
        return ExitCode::from(runner::USAGE);
    };
    let rest: Vec<String> = arguments.collect();
    if name == "--help" || name == "-h" {
        return help(&rest);
    }
    match TASKS.iter().find(|task| task.name == name) {
        Some(task) => (task.run)(&rest),
        None => {
            eprint!("xtask: no task is called `{name}`\n\n{}", usage());
            ExitCode::from(runner::USAGE)
        }
    }
}

fn help(_: &[String]) -> ExitCode {
    print!("{}", usage());
    ExitCode::SUCCESS
}

fn usage() -> String {
    let mut text = String::from("usage: cargo xtask <task>\n\n");
    for task in &TASKS {
        text.push_str(&format!("  {:<32} {}\n", task.usage, task.summary));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_task() {
        let text = usage();
        for task in &TASKS {
            assert!(text.contains(task.usage), "{} is missing", task.name);
        }
    }

    #[test]
    fn task_names_are_unique_and_lead_their_usage() {
        for (index, task) in TASKS.iter().enumerate() {
            assert!(task.usage.starts_with(task.name));
            assert!(TASKS[..index].iter().all(|earlier| earlier.name != task.name));
        }
    }
}
