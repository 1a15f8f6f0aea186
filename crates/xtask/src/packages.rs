//! System packages: what a task needs, what is missing, and how it gets installed.

use crate::runner::Outcome;
use std::path::Path;
use std::process::{Command, Stdio};

/// What shows that a package is there, whoever installed it.
#[derive(Debug, Clone, Copy)]
enum Evidence {
    /// A program on the path, or in an `sbin` that the path may lack.
    Program(&'static str),
    /// A module that pkg-config finds.
    Module(&'static str),
    /// A program on the path, or in the folder of some version of PostgreSQL.
    PostgresProgram(&'static str),
    /// A file whose name starts so, in one of the folders for PC/SC reader drivers.
    ReaderDriver(&'static str),
}

/// A package by its Debian name, and why it is needed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Package {
    name: &'static str,
    evidence: Evidence,
    why: &'static str,
}

const CXX: Package =
    Package { name: "g++", evidence: Evidence::Program("c++"), why: "links, and compiles libFuzzer" };
const PKG_CONFIG: Package =
    Package { name: "pkg-config", evidence: Evidence::Program("pkg-config"), why: "finds libpcsclite" };
const LIBPCSCLITE: Package = Package {
    name: "libpcsclite-dev",
    evidence: Evidence::Module("libpcsclite"),
    why: "the PC/SC transport links it",
};
const PCSCD: Package =
    Package { name: "pcscd", evidence: Evidence::Program("pcscd"), why: "the PC/SC daemon the tests start" };
const VPCD: Package = Package {
    name: "vsmartcard-vpcd",
    evidence: Evidence::ReaderDriver("libifdvpcd.so"),
    why: "the virtual reader that the virtual card is plugged into",
};
const OPENSC: Package = Package {
    name: "opensc",
    evidence: Evidence::Program("pkcs15-tool"),
    why: "the foreign client of the virtual card",
};
const PCSC_TOOLS: Package =
    Package { name: "pcsc-tools", evidence: Evidence::Program("pcsc_scan"), why: "another foreign client" };
const OPENSSL: Package = Package {
    name: "openssl",
    evidence: Evidence::Program("openssl"),
    why: "verifies signatures independently",
};
const SSH: Package = Package {
    name: "openssh-client",
    evidence: Evidence::Program("ssh-keygen"),
    why: "another foreign client",
};
const POSTGRESQL: Package = Package {
    name: "postgresql",
    evidence: Evidence::PostgresProgram("initdb"),
    why: "the server for the tests of the store",
};
const STRACE: Package = Package {
    name: "strace",
    evidence: Evidence::Program("strace"),
    why: "kills the command at each of its writes",
};
const VALGRIND: Package = Package {
    name: "valgrind",
    evidence: Evidence::Program("valgrind"),
    why: "counts the instructions of the benchmarks",
};
const PIP: Package = Package {
    name: "python3-pip",
    evidence: Evidence::Program("pip3"),
    why: "downloads the public test suites",
};

/// What the tests and the demo need.
pub(crate) const FOR_TESTS: &[Package] =
    &[CXX, PKG_CONFIG, LIBPCSCLITE, PCSCD, VPCD, OPENSC, PCSC_TOOLS, OPENSSL, SSH, POSTGRESQL, STRACE];

/// What the demo needs: the same, less what only the tests and the fuzzer use.
pub(crate) const FOR_DEMO: &[Package] =
    &[PKG_CONFIG, LIBPCSCLITE, PCSCD, VPCD, OPENSC, PCSC_TOOLS, OPENSSL, SSH];

/// What the benchmarks need.
pub(crate) const FOR_BENCHES: &[Package] = &[PKG_CONFIG, LIBPCSCLITE, PCSCD, VPCD, VALGRIND];

/// What the public suites need.
pub(crate) const FOR_SUITES: &[Package] = &[PIP];

/// What counting regions needs, for a compiler with this LLVM.
pub(crate) fn for_coverage(llvm: u32) -> Vec<Package> {
    // Names live as long as the program: they are made once.
    let name = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let tools = Package {
        name: name(format!("llvm-{llvm}")),
        evidence: Evidence::Program(name(format!("llvm-cov-{llvm}"))),
        why: "counts the regions that were reached",
    };
    [FOR_FUZZING, &[tools]].concat()
}

/// What the fuzz targets need.
pub(crate) const FOR_FUZZING: &[Package] = &[CXX, PKG_CONFIG, LIBPCSCLITE];

/// Who may install packages here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Installer {
    /// We are root and there is an apt-get.
    AptGet,
    /// There are an apt-get and a sudo that asks no password.
    SudoAptGet,
    /// Nobody: the user has to do it.
    Nobody,
}

/// Makes sure that the packages are there, by installing those which are not.
///
/// Fails with a text that says what to install when it cannot.
pub(crate) fn ensure(packages: &[Package]) -> Outcome {
    let missing = missing(packages);
    if missing.is_empty() {
        return Outcome::passed("all there");
    }
    println!("missing:\n{}", described(&missing));
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let installer = find_installer();
    if installer == Installer::Nobody {
        println!("{}", advice(&missing));
        return Outcome::failed("packages are missing and cannot be installed from here");
    }
    // The lists may be empty or old. When the update fails the installation may still succeed.
    let _updated = apt_get(installer, &["update", "-q"]);
    let mut install = vec!["install", "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"];
    install.extend(&names);
    let installed = apt_get(installer, &install);
    let still_missing = self::missing(packages);
    if still_missing.is_empty() {
        return Outcome::passed(format!("installed {}", names.join(" ")));
    }
    println!("{}", advice(&still_missing));
    Outcome::failed(if installed {
        "apt-get reported success, but packages are still missing"
    } else {
        "apt-get could not install what is missing"
    })
}

fn missing(packages: &[Package]) -> Vec<Package> {
    packages.iter().copied().filter(|package| !is_there(package.evidence)).collect()
}

fn described(packages: &[Package]) -> String {
    let lines: Vec<String> =
        packages.iter().map(|package| format!("  {:<16} {}", package.name, package.why)).collect();
    lines.join("\n")
}

fn advice(missing: &[Package]) -> String {
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    format!(
        "Please install them and try again. On Debian and Ubuntu:\n  sudo apt-get update && sudo apt-get install {}\n\
         Other systems name some of them differently.",
        names.join(" ")
    )
}

fn is_there(evidence: Evidence) -> bool {
    match evidence {
        Evidence::Program(name) => program_is_there(name),
        Evidence::Module(name) => succeeds(Command::new("pkg-config").args(["--exists", name])),
        Evidence::PostgresProgram(name) => program_is_there(name) || postgres_program_is_there(name),
        Evidence::ReaderDriver(start) => reader_driver_is_there(start),
    }
}

fn program_is_there(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/usr/local/sbin", "/sbin"].map(Into::into);
    std::env::split_paths(&path).chain(system).any(|folder| folder.join(name).is_file())
}

fn postgres_program_is_there(name: &str) -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions.into_iter().any(|version| version.path().join("bin").join(name).is_file())
}

fn reader_driver_is_there(start: &str) -> bool {
    let libraries = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];
    libraries.iter().any(|library| {
        let folder = Path::new(library).join("pcsc/drivers/serial");
        std::fs::read_dir(folder).is_ok_and(|entries| {
            entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with(start))
        })
    })
}

fn find_installer() -> Installer {
    if !program_is_there("apt-get") {
        return Installer::Nobody;
    }
    let user = Command::new("id").arg("-u").stdin(Stdio::null()).output();
    if user.is_ok_and(|output| output.stdout.trim_ascii() == b"0") {
        return Installer::AptGet;
    }
    if succeeds(Command::new("sudo").args(["-n", "true"])) {
        return Installer::SudoAptGet;
    }
    Installer::Nobody
}

fn apt_get(installer: Installer, arguments: &[&str]) -> bool {
    let mut command = match installer {
        Installer::SudoAptGet => {
            let mut command = Command::new("sudo");
            // sudo clears the environment, so the variable travels as an argument.
            command.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
            command
        }
        Installer::AptGet | Installer::Nobody => Command::new("apt-get"),
    };
    command.env("DEBIAN_FRONTEND", "noninteractive").args(arguments).stdin(Stdio::null());
    println!("$ apt-get {}", arguments.join(" "));
    command.status().is_ok_and(|status| status.success())
}

fn succeeds(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABSENT: Package = Package {
        name: "no-such-package",
        evidence: Evidence::Program("no-such-program-anywhere"),
        why: "a test asks for it",
    };

    #[test]
    fn a_program_that_does_not_exist_is_missing() {
        let found = missing(&[ABSENT]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "no-such-package");
    }

    #[test]
    fn a_program_on_the_path_is_there() {
        assert!(is_there(Evidence::Program("sh")));
    }

    #[test]
    fn an_unknown_module_and_an_unknown_driver_are_missing() {
        assert!(!is_there(Evidence::Module("no-such-module")));
        assert!(!is_there(Evidence::ReaderDriver("libifdnosuchdriver")));
        assert!(!is_there(Evidence::PostgresProgram("no-such-program")));
    }

    #[test]
    fn the_advice_names_what_is_missing_and_the_description_says_why() {
        assert!(advice(&[ABSENT]).contains("apt-get install no-such-package"));
        assert!(described(&[ABSENT]).contains("a test asks for it"));
    }

    #[test]
    fn the_demo_needs_nothing_that_the_tests_do_not_need() {
        for package in FOR_DEMO {
            assert!(FOR_TESTS.iter().any(|other| other.name == package.name), "{}", package.name);
        }
    }
}
