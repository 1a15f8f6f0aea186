//! The program itself.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

/// The program `mynumber` of the profile that the caller was built with, found or built once.
///
/// # Panics
/// It is not there and cannot be built.
#[must_use]
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(built)
}

/// The program in the folder of the profile, which for a test is above its own; built when it is not there, or older
/// than its sources.
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot run fails, and says why")]
fn built() -> PathBuf {
    // The tests of the command's own package are told where it is.
    if let Some(program) = std::env::var_os("CARGO_BIN_EXE_mynumber") {
        return program.into();
    }
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().unwrap();
    let profile = if folder.ends_with("deps") { folder.parent().unwrap() } else { folder };
    let program = profile.join("mynumber");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let built = program.metadata().and_then(|metadata| metadata.modified());
    if built.is_ok_and(|built| built > newest(&root.join("crates"))) {
        return program;
    }
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--package", "mynumber-cli", "--manifest-path"]);
    build.arg(root.join("Cargo.toml")).arg("--target-dir").arg(profile.parent().unwrap());
    if profile.ends_with("release") {
        build.arg("--release");
    }
    let output = build.output().unwrap();
    if !output.status.success() {
        panic!("{}", String::from_utf8_lossy(&output.stderr));
    }
    program
}

/// When the newest file under a folder was written.
fn newest(folder: &Path) -> SystemTime {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let times = entries.map(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return newest(&path);
        }
        // A file that vanishes meanwhile is as old as can be.
        entry.metadata().and_then(|metadata| metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
    });
    times.max().unwrap_or(SystemTime::UNIX_EPOCH)
}
