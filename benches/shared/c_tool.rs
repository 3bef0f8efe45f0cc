//! librdkafka's own `rdkafka_performance`, compiled from the sources that our program's librdkafka was built from.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::child;

/// The compiled tool, and what it was linked with.
pub struct CTool {
    /// The program.
    pub program: PathBuf,
    /// The command that made it.
    #[allow(dead_code, reason = "not every bench prints it")]
    pub made_by: String,
}

/// Compiles it against the newest static libraries of this build.
pub fn build() -> CTool {
    let librdkafka = newest("rdkafka-sys-", "src/librdkafka.a");
    let sources = librdkafka.ancestors().nth(2).expect("the build's folder");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rdkafka_performance");
    let mut command = Command::new("cc");
    command
        .args(["-O2", "-w", "-o"])
        .arg(&program)
        .arg("-I")
        .arg(sources)
        .arg("-I")
        .arg(sources.join("src"))
        .arg(sources.join("examples/rdkafka_performance.c"))
        .arg(&librdkafka)
        .arg(newest("openssl-sys-", "openssl-build/install/lib/libssl.a"))
        .arg(newest(
            "openssl-sys-",
            "openssl-build/install/lib/libcrypto.a",
        ))
        .arg(newest("libz-sys-", "lib/libz.a"))
        .arg(newest("zstd-sys-", "libzstd.a"))
        .args(["-lm", "-lpthread", "-ldl"]);
    child::run(&mut command);
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    CTool {
        program,
        made_by: words.join(" "),
    }
}

/// The newest file of this name that a build script of this profile made, or else one of any other profile.
fn newest(package: &str, file: &str) -> PathBuf {
    let profile = Path::new(env!("CARGO_BIN_EXE_linger"))
        .parent()
        .expect("a folder");
    let target = profile.parent().expect("a folder");
    let others = fs::read_dir(target).expect("the target folder");
    let others = others.filter_map(|entry| Some(entry.ok()?.path()));
    std::iter::once(profile.to_owned())
        .chain(others)
        .find_map(|folder| newest_in(&folder.join("build"), package, file))
        .unwrap_or_else(|| panic!("no {package}*/out/{file} below {}", target.display()))
}

fn newest_in(folder: &Path, package: &str, file: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.filter_map(Result::ok);
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(package))
        .map(|entry| entry.path().join("out").join(file))
        .filter(|path| path.is_file())
        .max_by_key(|path| {
            path.metadata()
                .and_then(|data| data.modified())
                .unwrap_or(SystemTime::UNIX_EPOCH)
        })
}
