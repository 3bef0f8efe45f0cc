//! Causes that lie in a limit: of the client, the brokers, the queue, the line.

use super::{Advice, View, at_least, ms, percent, shown, whole};
use crate::measure::{ErrorCount, Phase};

/// A thread that is busier than this share of a core cannot keep up for sure.
const BUSY: f64 = 0.9;
/// A sender that is later than this at p99 does not keep its schedule.
const LATE_MS: f64 = 5.0;
/// Compression below this ratio finds nothing to compress.
const USELESS_RATIO: f64 = 1.05;
/// A line of 1 Gbit/s carries so many MiB a second.
const GIGABIT_MIB: f64 = 119.2;
/// Client threads that take less than this many cores cost little, whatever they do.
const COSTLY_CORES: f64 = 0.2;
/// A core is worth as much as a line; so many times more of it than of the line is a bad bargain.
const COSTLY_TIMES: f64 = 3.0;
/// Above so many MiB a second compression is worth its CPU.
const MUCH_MIB: f64 = 20.0;

/// This machine, not the cluster, sets the figures.
pub(super) fn client_saturated(view: &View) -> Option<Advice> {
    let (cpu, late) = (view.reading.cpu, at_least(view.trial.lateness.p99, LATE_MS));
    let sync = view.settings.word("send.mode") == "sync";
    let machine = &view.trial.machine;
    let is_busy = cpu > BUSY || machine.saturated;
    let figure = match late.filter(|_| !sync) {
        _ if cpu > BUSY => format!("its busiest thread uses {} of a core", percent(cpu)),
        _ if is_busy => format!(
            "its busiest thread uses {} of a core, and its threads wait {:.1} s a second for one",
            percent(machine.busiest?),
            machine.waited?
        ),
        Some(late) => format!("1 % of the records are tried {} late or later", ms(late)),
        None => return None,
    };
    let Some(rate) = view.rate() else {
        let text = format!("the client is the limit at full speed: {figure}.");
        return is_busy.then_some(Advice { text, turn: None });
    };
    let turn = view.turn_to("rate", rate * 0.5);
    let to = shown(turn.as_ref());
    let who = if is_busy {
        "the client is saturated"
    } else {
        "this machine is too busy to keep the schedule"
    };
    Some(Advice {
        text: format!(
            "{who}: {figure}, so times tell of this machine. Expect honest ones at {to}."
        ),
        turn,
    })
}

/// Codes with their way out.
const WAYS_OUT: [(&str, &str); 10] = [
    (
        "_MSG_TIMED_OUT",
        "brokers did not answer in time: lower the rate, or raise delivery.timeout.ms",
    ),
    (
        "_QUEUE_FULL",
        "the queue stayed full for max.block.ms: lower the rate, or raise queue.buffering.max.messages",
    ),
    (
        "MSG_SIZE_TOO_LARGE",
        "records are too large: lower record.size, or raise message.max.bytes and the topic's max.message.bytes",
    ),
    (
        "NOT_ENOUGH_REPLICAS",
        "fewer replicas are in sync than min.insync.replicas asks: bring brokers back",
    ),
    (
        "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
        "written, but to too few replicas: a retry may duplicate; bring brokers back",
    ),
    (
        "TOPIC_AUTHORIZATION_FAILED",
        "this user may not write here: ask for the right WRITE on the topic",
    ),
    (
        "CLUSTER_AUTHORIZATION_FAILED",
        "idempotence needs a right that this user lacks: ask for it, or turn idempotence off",
    ),
    (
        "_ALL_BROKERS_DOWN",
        "no broker answers: check that they run",
    ),
    ("_TRANSPORT", "connections break: check brokers and network"),
    (
        "REQUEST_TIMED_OUT",
        "replicas did not answer the leader in time: raise request.timeout.ms, or check brokers",
    ),
];

/// The most frequent error, with its way out.
pub(super) fn errors(view: &View) -> Option<Advice> {
    let errors = view.trial.errors.iter().filter(|error| error.count > 0);
    let error = errors.max_by_key(|error| error.count)?;
    let known = WAYS_OUT.iter().find(|(code, _)| *code == error.code);
    let way = known.map_or_else(|| unknown_way(error), |(_, way)| way);
    let phase = match error.phase {
        Phase::Send => "in send()",
        Phase::Delivery => "in delivery",
    };
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let count = error.count as f64;
    let records = if error.count == 1 {
        "record"
    } else {
        "records"
    };
    Some(Advice {
        text: format!(
            "{} {records} failed {phase} with {}: {way}.",
            whole(count),
            error.code
        ),
        turn: None,
    })
}

fn unknown_way(error: &ErrorCount) -> &'static str {
    if error.retriable {
        "it can be retried: raise retries or delivery.timeout.ms"
    } else {
        "retrying does not help"
    }
}

/// Senders that wait for every report cannot keep the rate.
pub(super) fn sync_sends(view: &View) -> Option<Advice> {
    let (rate, sent, mean) = (
        view.rate()?,
        view.trial.sent_per_s,
        view.trial.delivery.mean?,
    );
    if !view.settled() || view.settings.word("send.mode") != "sync" || sent > rate * 0.97 {
        return None;
    }
    let senders = view.number("senders").max(1.0);
    let turn = view.turn("send.mode", "async");
    Some(Advice {
        text: format!(
            "{} sync sender(s) wait {} for each report, so {}/s of {}/s are sent. Expect async to send them all.",
            whole(senders),
            ms(mean.0),
            whole(sent),
            whole(rate)
        ),
        turn,
    })
}

/// Records wait in send(), because more fall due than leave.
pub(super) fn queue_full(view: &View) -> Option<Advice> {
    let (rate, sent, mean) = (view.rate()?, view.trial.sent_per_s, view.mean()?);
    let blocked = at_least(view.trial.stages.breakdown.send, (mean * 0.2).max(1.0))?;
    if !view.settled() || sent > rate * 0.97 || view.settings.word("send.mode") == "sync" {
        return None;
    }
    let turn = view.turn_to("rate", sent * 0.9);
    let to = shown(turn.as_ref());
    Some(Advice {
        text: format!(
            "send() blocks {} on average, the queue is full: {}/s fall due and {}/s are delivered. \
             Expect no blocking at {to}.",
            ms(blocked),
            whole(rate),
            whole(sent)
        ),
        turn,
    })
}

/// A quota on the brokers holds requests back.
pub(super) fn throttled(view: &View) -> Option<Advice> {
    let throttle = at_least(view.trial.stages.throttle, 1.0)?;
    Some(Advice {
        text: format!(
            "brokers throttle each request by {} (a quota): more load only waits longer. \
             Expect none below the quota; {:.1} MiB/s are written now.",
            ms(throttle),
            view.trial.mib_per_s
        ),
        turn: None,
    })
}

/// Compression that finds nothing to compress.
pub(super) fn useless_compression(view: &View) -> Option<Advice> {
    let codec = view.settings.word("compression.type");
    let ratio = view
        .trial
        .stages
        .compression_ratio
        .filter(|ratio| *ratio < USELESS_RATIO)?;
    if matches!(codec, "" | "none") {
        return None;
    }
    Some(Advice {
        text: format!(
            "{codec} shrinks batches by a factor of {ratio:.2} only. Expect the same size and less CPU without it."
        ),
        turn: view.turn("compression.type", "none"),
    })
}

/// Compression whose CPU time is worth more than the time on a line that it saves.
pub(super) fn costly_compression(view: &View) -> Option<Advice> {
    let codec = view.settings.word("compression.type");
    let ratio = view.trial.stages.compression_ratio?;
    let cores = view
        .trial
        .machine
        .client
        .filter(|cores| *cores >= COSTLY_CORES)?;
    let saved = view.trial.mib_per_s * (1.0 - 1.0 / ratio.max(1.0));
    let line = saved / GIGABIT_MIB;
    let lighter = match codec {
        "gzip" | "zstd" => "lz4",
        "lz4" | "snappy" => "none",
        _ => return None,
    };
    if !view.settled() || ratio < USELESS_RATIO || cores < line * COSTLY_TIMES {
        return None;
    }
    Some(Advice {
        text: format!(
            "{codec} costs more CPU than the network it saves: the client's threads take {} of a core to spare {saved:.1} MiB/s, \
             {} of a 1 Gbit/s line. Expect {lighter} to need less CPU for more bytes.",
            percent(cores),
            percent(line)
        ),
        turn: view.turn("compression.type", lighter),
    })
}

/// Much that could be compressed is sent as it is.
pub(super) fn no_compression(view: &View) -> Option<Advice> {
    let payload = view.settings.word("payload");
    let plain = view.settings.word("compression.type") == "none";
    let mib = view.trial.mib_per_s;
    if !plain || !matches!(payload, "json" | "text" | "zeros") || mib < MUCH_MIB {
        return None;
    }
    Some(Advice {
        text: format!(
            "{mib:.0} MiB/s of {payload} leave uncompressed. Expect lz4 to send less than two thirds of the bytes, for some CPU."
        ),
        turn: view.turn("compression.type", "lz4"),
    })
}
