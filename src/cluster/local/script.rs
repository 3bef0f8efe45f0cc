//! The start script: carried inside the program, written into the cache folder, run with bash.

use std::fs;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use etcetera::BaseStrategy;
use secrecy::ExposeSecret;

use super::{LocalError, LocalOptions};

const SCRIPT: &str = include_str!("../../../assets/local-kafka/start.sh");

/// The command that starts the brokers, with all three streams as pipes.
pub(super) fn start_command(brokers: u16, options: &LocalOptions) -> Result<Command, LocalError> {
    let mut command = command()?;
    command
        .arg(brokers.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(user) = &options.user {
        command
            .arg("--secure")
            .env("LINGER_KAFKA_USER", &user.name)
            .env("LINGER_KAFKA_PASSWORD", user.password.expose_secret());
    }
    if options.quick_followers {
        command.arg("--quick-followers");
    }
    if !options.advertised_ports.is_empty() {
        let ports: Vec<String> = options
            .advertised_ports
            .iter()
            .map(u16::to_string)
            .collect();
        command.arg("--advertise").arg(ports.join(","));
    }
    Ok(command)
}

/// The script, ready to be given its arguments.
pub(super) fn command() -> Result<Command, LocalError> {
    let mut command = Command::new("bash");
    // A group of its own: Ctrl-C in the terminal is for linger, which still wants to drain into these brokers.
    command.arg(place()?).process_group(0);
    Ok(command)
}

/// The script's place in the cache folder, where it is written unless it stands there already.
fn place() -> Result<PathBuf, LocalError> {
    let base = etcetera::choose_base_strategy().map_err(|_| LocalError::Home)?;
    let path = base.cache_dir().join("linger").join("start-kafka.sh");
    if fs::read_to_string(&path).is_ok_and(|text| text == SCRIPT) {
        return Ok(path);
    }
    match write_whole(&path) {
        Ok(()) => Ok(path),
        Err(source) => Err(LocalError::Cache { path, source }),
    }
}

/// Puts the script there by a rename, since a shell of another linger may be reading the old one.
fn write_whole(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(SCRIPT.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
