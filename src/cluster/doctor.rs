//! What stands in the way of a measurement: one check after the other, each with the way out.

use std::time::{SystemTime, UNIX_EPOCH};

use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_getres};
use serde::Serialize;

use super::connection::Connection;
use super::facts::{ClusterFacts, ClusterKind};
use super::probe::Probe;
use super::topics::{self, PREFIX, Shape, TopicError};
use super::trouble::ProbeError;

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// It works, with a loss that is named.
    Warn,
    /// It does not work.
    Fail,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked, in one or two words.
    pub name: &'static str,
    /// How it went.
    pub outcome: Outcome,
    /// What was found.
    pub text: String,
    /// What to do, where something is to be done.
    pub way_out: Option<String>,
}

impl Check {
    fn ok(name: &'static str, text: impl Into<String>) -> Self {
        Self {
            name,
            outcome: Outcome::Ok,
            text: text.into(),
            way_out: None,
        }
    }

    fn bad(name: &'static str, outcome: Outcome, text: impl Into<String>, way_out: &str) -> Self {
        Self {
            name,
            outcome,
            text: text.into(),
            way_out: Some(way_out.to_owned()),
        }
    }
}

/// Checks this machine and, with a connection, the cluster behind it. Blocks for at most about 40 s; writes nothing to the cluster.
#[must_use]
pub fn examine(connection: Option<&Connection>) -> Vec<Check> {
    let mut checks = vec![clock(), wall_clock(), files(open_file_limit())];
    if let Some(connection) = connection {
        cluster(&mut checks, connection);
    }
    checks
}

/// The worst outcome of `checks`.
#[must_use]
pub fn worst(checks: &[Check]) -> Outcome {
    checks
        .iter()
        .map(|check| check.outcome)
        .max()
        .unwrap_or(Outcome::Ok)
}

fn clock() -> Check {
    let step = clock_getres(ClockId::Monotonic);
    if step.tv_sec == 0 && step.tv_nsec <= 1_000 {
        return Check::ok("clock", format!("steps of {} ns", step.tv_nsec));
    }
    let text = format!(
        "the monotonic clock steps by {} s {} ns",
        step.tv_sec, step.tv_nsec
    );
    Check::bad(
        "clock",
        Outcome::Warn,
        text,
        "use a machine with high-resolution timers: times below a step read as 0",
    )
}

fn wall_clock() -> Check {
    /// The first second of 2025: a clock before this program was written is wrong.
    const EARLIEST: u64 = 1_735_689_600;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs());
    if now >= EARLIEST {
        return Check::ok("date", "the system's date is plausible");
    }
    Check::bad(
        "date",
        Outcome::Fail,
        "the system's date is in the past",
        "set the date: TLS and record times need it",
    )
}

fn open_file_limit() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

fn files(limit: Option<u64>) -> Check {
    match limit {
        Some(limit) if limit < 1_024 => Check::bad(
            "open files",
            Outcome::Warn,
            format!("at most {limit}"),
            "run `ulimit -n 4096` first: each broker takes three per client",
        ),
        Some(limit) => Check::ok("open files", format!("at most {limit}")),
        None => Check::ok("open files", "no limit"),
    }
}

fn cluster(checks: &mut Vec<Check>, connection: &Connection) {
    for caution in connection.cautions() {
        checks.push(Check::bad(
            "security",
            Outcome::Warn,
            caution,
            "change it in the file of -F",
        ));
    }
    let probe = match Probe::open(connection, ClusterKind::Real) {
        Ok(probe) => probe,
        Err(error) => {
            checks.extend(unreached(connection, &error));
            return;
        }
    };
    checks.extend(reached(connection));
    match probe.facts(&format!("{PREFIX}doctor")) {
        Ok(facts) => checks.push(advertised(&facts)),
        Err(error) => checks.push(failed("metadata", &error)),
    }
    checks.push(right_to_create(&probe));
}

fn failed(name: &'static str, error: &ProbeError) -> Check {
    // The sentence of the error already holds its way out after the colon.
    let text = error.to_string();
    match text.split_once(": ") {
        Some((what, way_out)) => Check::bad(name, Outcome::Fail, what, way_out),
        None => Check::bad(name, Outcome::Fail, text, "see the message"),
    }
}

/// The steps up to the one that failed, in the order in which they happen.
fn unreached(connection: &Connection, error: &ProbeError) -> Vec<Check> {
    let servers = connection.bootstrap().unwrap_or("no broker").to_owned();
    let reach = || Check::ok("reach", format!("{servers} answers"));
    let tls = || Check::ok("TLS", "the broker's certificate is trusted");
    match error {
        ProbeError::PlaintextPort { .. } | ProbeError::Certificate { .. } => {
            vec![reach(), failed("TLS", error)]
        }
        ProbeError::WrongProtocol { .. } => vec![reach(), failed("protocol", error)],
        ProbeError::SignIn { .. } | ProbeError::Mechanism { .. } | ProbeError::NoSignIn { .. } => {
            let mut checks = vec![reach()];
            if connection.security().ends_with("SSL") {
                checks.push(tls());
            }
            checks.push(failed("sign-in", error));
            checks
        }
        ProbeError::Connection(_) | ProbeError::Configuration(_) => {
            vec![failed("properties", error)]
        }
        _ => vec![failed("reach", error)],
    }
}

fn reached(connection: &Connection) -> Vec<Check> {
    let security = connection.security();
    let mut checks = vec![Check::ok(
        "reach",
        format!("{} answers", connection.bootstrap().unwrap_or_default()),
    )];
    checks.push(if security.ends_with("SSL") {
        Check::ok("TLS", "the broker's certificate is trusted")
    } else {
        Check::ok("TLS", format!("not used ({security})"))
    });
    checks.push(match connection.mechanism() {
        Some(mechanism) => Check::ok("sign-in", format!("accepted ({mechanism})")),
        None => Check::ok("sign-in", format!("not used ({security})")),
    });
    checks
}

fn advertised(facts: &ClusterFacts) -> Check {
    let addresses: Vec<&str> = facts
        .brokers
        .iter()
        .map(|broker| broker.address.as_str())
        .collect();
    let plural = if addresses.len() == 1 { "" } else { "s" };
    let text = format!(
        "{} broker{plural}: {}",
        addresses.len(),
        addresses.join(", ")
    );
    Check::ok("advertised", text)
}

fn right_to_create(probe: &Probe) -> Check {
    const NAME: &str = "right to create";
    let shape = Shape {
        partitions: 1,
        replication: None,
    };
    match topics::may_create(probe, &format!("{PREFIX}doctor"), shape) {
        Ok(()) | Err(TopicError::Exists(_)) => {
            Check::ok(NAME, format!("topics under {PREFIX} may be created"))
        }
        Err(TopicError::Cluster(denied @ ProbeError::Denied { .. })) => Check::bad(
            NAME,
            Outcome::Warn,
            denied.to_string(),
            "grant it, or name a topic that you may write to with -t",
        ),
        Err(error) => Check::bad(
            NAME,
            Outcome::Warn,
            error.to_string(),
            "name an existing topic with -t",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_examined_without_a_cluster() {
        let checks = examine(None);
        let names: Vec<_> = checks.iter().map(|check| check.name).collect();
        assert_eq!(names, ["clock", "date", "open files"]);
        assert_eq!(worst(&[]), Outcome::Ok);
    }

    #[test]
    fn few_open_files_are_warned_about_with_the_command() {
        let check = files(Some(256));
        assert_eq!(check.outcome, Outcome::Warn);
        assert!(check.way_out.unwrap().contains("ulimit -n"));
    }

    #[test]
    fn nobody_listening_fails_at_reach() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap().to_string();
        drop(socket);
        let checks = examine(Some(&Connection::plain(&address)));
        let last = checks.last().unwrap();
        assert_eq!((last.name, last.outcome), ("reach", Outcome::Fail));
        assert!(last.text.contains(&address), "{}", last.text);
    }
}
