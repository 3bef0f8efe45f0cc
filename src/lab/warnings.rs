//! Warnings in words about the machine that measures: when it, and not the cluster, set the figures.

use crate::lab::{TrialReading, Warning};

/// Hiccups below this time spoil nothing.
const HICCUP_MS: f64 = 2.0;
/// Hiccups above this share of the response time at the same percentile shape it.
const HICCUP_SHARE: f64 = 0.2;
/// Above this share of stolen CPU time the neighbours are measured too.
const STOLEN: f64 = 0.02;

/// What is to be said about this machine, the gravest first.
pub fn of_machine(trial: &TrialReading) -> Vec<Warning> {
    [saturated(trial), stolen(trial), hiccups(trial)]
        .into_iter()
        .flatten()
        .collect()
}

fn saturated(trial: &TrialReading) -> Option<Warning> {
    let machine = &trial.machine;
    let percent = machine.busiest.filter(|_| machine.saturated)? * 100.0;
    let waits = machine.waited.filter(|waited| *waited >= 0.1);
    let waits = waits.map_or_else(String::new, |waited| {
        format!(", and threads waited {waited:.1} s a second for one")
    });
    Some(Warning {
        word: "CLIENT SATURATED",
        text: format!(
            "you measured this machine, not the brokers: one thread of linger took {percent:.0} % of a core{waits}"
        ),
    })
}

fn stolen(trial: &TrialReading) -> Option<Warning> {
    let stolen = trial.machine.stolen.filter(|stolen| *stolen > STOLEN)?;
    Some(Warning {
        word: "CPU STOLEN",
        text: format!(
            "the hypervisor gave {:.0} % of this machine's CPU time to others: times tell of them too",
            stolen * 100.0
        ),
    })
}

fn hiccups(trial: &TrialReading) -> Option<Warning> {
    let hiccups = trial.machine.hiccups;
    let (pause, response) = (hiccups.p99?.0, trial.response.p99?.0);
    if pause < (response * HICCUP_SHARE).max(HICCUP_MS) {
        return None;
    }
    let longest = hiccups.max.map_or(pause, |max| max.0);
    Some(Warning {
        word: "HICCUPS",
        text: format!(
            "this machine itself paused for {pause:.1} ms or more in 1 % of cases, for {longest:.0} ms at most: long times tell of it too"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::constructed::{latencies, trial};

    fn words(trial: &TrialReading) -> Vec<&'static str> {
        let warnings = of_machine(trial);
        warnings.iter().map(|warning| warning.word).collect()
    }

    #[test]
    fn a_machine_that_keeps_up_is_not_mentioned() {
        let mut calm = trial();
        calm.machine.busiest = Some(0.5);
        calm.machine.stolen = Some(0.001);
        calm.machine.hiccups = latencies(0.1, 0.1, 1.5);
        assert!(words(&calm).is_empty());
        calm.machine.hiccups = latencies(0.1, 0.1, 3.0);
        assert!(words(&calm).is_empty(), "3 ms beside a p99 of 20 ms");
    }

    #[test]
    fn a_client_that_was_the_bottleneck_says_that_the_machine_was_measured() {
        let mut busy = trial();
        busy.machine.busiest = Some(0.97);
        busy.machine.waited = Some(0.42);
        busy.machine.saturated = true;
        let text = &of_machine(&busy)[0].text;
        assert!(text.starts_with("you measured this machine, not the brokers"));
        assert!(text.contains("97 % of a core, and threads waited 0.4 s a second"));
    }

    #[test]
    fn stolen_time_and_hiccups_have_their_words() {
        let mut shared = trial();
        shared.machine.stolen = Some(0.08);
        shared.machine.hiccups = latencies(1.0, 0.1, 9.0);
        assert_eq!(words(&shared), ["CPU STOLEN", "HICCUPS"]);
    }
}
