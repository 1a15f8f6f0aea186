//! Runs the verifier over public suites that nobody here wrote, and counts where it differs from them.
//!
//! `cargo xtask suites` brings the files and calls this program. It exits with 1 when something is accepted that has to
//! be refused, when something is refused that no row of the known refusals explains, or when such a row is outlived.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to people")]
#![expect(clippy::indexing_slicing, reason = "over lists that this program made")]

mod every_file;
mod folder;
mod known;
mod pkits;
mod reading;
mod report;

use report::Report;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [vectors, validator] = arguments.as_slice() else {
        eprintln!("usage: suites VECTORS VALIDATOR, the unpacked packages; see `cargo xtask suites`");
        return ExitCode::from(2);
    };
    match run(Path::new(vectors), Path::new(validator)) {
        Ok(passed) => ExitCode::from(u8::from(!passed)),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Prints the counts of every suite; whether all are what they should be.
fn run(vectors: &Path, validator: &Path) -> Result<bool, Box<dyn Error>> {
    let pkits = vectors.join("x509/PKITS_data");
    let fixtures = validator.join("tests/fixtures");
    let reports = [
        pkits::paths(&pkits)?,
        pkits::settings(&pkits, &fixtures.join("nist_pkits/pkits.json"))?,
        pkits::messages(&pkits)?,
        reading::run(vectors)?,
    ];
    let wrong = reports.iter().filter(|report| !Report::print(report)).count();
    let soon = every_file::run(&[&vectors.join("x509"), &vectors.join("pkcs7"), &fixtures])?;
    Ok(wrong == 0 && soon)
}
