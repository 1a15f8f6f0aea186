//! Runs the families of the torture bench and prints one table; `cargo xtask torture` builds and calls this program.
//!
//! It exits with 1 when a promise was broken; with `--planted`, where each family has a fault to find, when a family
//! found none.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to people")]

mod table;

use std::process::ExitCode;

use testkit::torture::{FAMILIES, Family, Plan, quiet_panics};

const USAGE: &str = "usage: torture [FAMILY...] [--planted] [--small] [--seed N] [--list]";

/// What the arguments ask for.
struct Request {
    families: Vec<&'static Family>,
    plan: Plan,
    list: bool,
}

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("--use-a-pin-and-wait") {
        return match testkit::torture::hygiene::use_a_pin_and_wait() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    let request = match parse(std::env::args().skip(1)) {
        Ok(request) => request,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if request.list {
        for family in FAMILIES {
            println!("{:<10} {}\n{:<10} planted: {}", family.name, family.about, "", family.planted);
        }
        return ExitCode::SUCCESS;
    }
    quiet_panics();
    let mut rows = Vec::new();
    for family in request.families {
        eprintln!("{}: {}", family.name, family.about);
        let tally = family.tally(&request.plan);
        for part in &tally.parts {
            for told in &part.told {
                eprintln!("  {}: {told}", part.name);
            }
        }
        rows.push((*family, tally));
    }
    print!("{}", table::render(&rows));
    let as_it_should = rows.iter().all(|(_, tally)| (tally.failures() > 0) == request.plan.planted);
    ExitCode::from(u8::from(!as_it_should))
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Request, String> {
    let mut plan = Plan { planted: false, small: false, seed: 1 };
    let (mut families, mut list) = (Vec::new(), false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--planted" => plan.planted = true,
            "--small" => plan.small = true,
            "--list" => list = true,
            "--seed" => {
                let seed = arguments.next().and_then(|seed| seed.parse().ok());
                plan.seed = seed.ok_or("--seed wants a number")?;
            }
            name => {
                let known = FAMILIES.iter().find(|family| family.name == name);
                families.push(known.ok_or_else(|| format!("there is no family `{name}`; see --list"))?);
            }
        }
    }
    if families.is_empty() {
        families.extend(FAMILIES);
    }
    Ok(Request { families, plan, list })
}
