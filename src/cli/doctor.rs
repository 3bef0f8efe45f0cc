//! `linger doctor`.

use crate::cluster::Connection;
use crate::cluster::doctor::{self, Check, Outcome as Health};
use crate::report::table::{Align, lines};

use super::args::{ConnectArgs, LoadArgs};
use super::output::{Failure, Outcome, print};
use super::{gather, target};

/// Prints every check with its way out; a failed one ends with the code for what could not be measured.
pub fn run(connect: &ConnectArgs, json: bool) -> Result<Outcome, Failure> {
    let gathered = gather::gather(connect, &LoadArgs::default(), &[])?;
    gather::tell(&gathered.notes, false);
    let local = connect
        .local_kafka
        .map(|brokers| target::start_local(brokers, false))
        .transpose()?;
    let connection = match &local {
        Some(kafka) => Connection::plain(kafka.bootstrap()),
        None => gather::with_password(gathered.connection)?,
    };
    let asked = connection.bootstrap().is_some();
    let checks = doctor::examine(asked.then_some(&connection));
    if json {
        let text = serde_json::to_string_pretty(&checks).map_err(Failure::unmeasured)?;
        print(&(text + "\n"))?;
    } else {
        print(&text(&checks))?;
    }
    Ok(match doctor::worst(&checks) {
        Health::Fail => Outcome::Unmeasured,
        Health::Ok | Health::Warn => Outcome::Fine,
    })
}

fn text(checks: &[Check]) -> String {
    let rows: Vec<Vec<String>> = checks.iter().map(row).collect();
    lines(&rows, &[Align::Left, Align::Left, Align::Left]).join("\n") + "\n"
}

fn row(check: &Check) -> Vec<String> {
    let word = match check.outcome {
        Health::Ok => "ok",
        Health::Warn => "WARN",
        Health::Fail => "FAIL",
    };
    let way_out = check.way_out.as_ref().map(|way| format!(": {way}"));
    vec![
        word.into(),
        check.name.into(),
        format!("{}{}", check.text, way_out.unwrap_or_default()),
    ]
}
