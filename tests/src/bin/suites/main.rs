//! Runs the verifier over public suites that nobody here wrote, and counts where it differs from them.
//!
//! `cargo xtask suites` brings the files and calls this program. It exits with 1 when something is accepted that has to
//! be refused, when something is refused that no row of the known refusals explains, or when such a row is outlived.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to people")]

mod known;
mod pkits;
mod report;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(folder), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: suites FOLDER, where FOLDER is cryptography_vectors; see `cargo xtask suites`");
        return ExitCode::from(2);
    };
    let folder = Path::new(&folder).join("x509/PKITS_data");
    let mut reports = Vec::new();
    for run in [pkits::paths, pkits::messages] {
        match run(&folder) {
            Ok(report) => reports.push(report),
            Err(error) => {
                eprintln!("{}: {error}", folder.display());
                return ExitCode::from(2);
            }
        }
    }
    let failed = reports.iter().filter(|report| !report.print()).count();
    ExitCode::from(u8::from(failed > 0))
}
