//! B5 and B16: configurations that are refused before anything is sent, by linger's rules and by librdkafka itself.

use rdkafka::ClientConfig;
use rdkafka::producer::BaseProducer;

use crate::scenario::row::{Arm, Check, Stopped, Told};
use crate::scenario::stage::Stage;
use crate::settings::{Finding, Settings, Severity, Source, Surroundings, check};

fn with(pairs: &[(&str, &str)]) -> Result<Settings, Stopped> {
    let mut settings = Settings::default();
    for (name, text) in pairs {
        settings
            .set(name, text, Source::Flag)
            .map_err(Stopped::broken)?;
    }
    Ok(settings)
}

/// Whether librdkafka makes a producer of these settings; it connects to nothing.
fn is_taken(settings: &Settings) -> bool {
    let mut config = ClientConfig::new();
    for (name, value) in settings.native() {
        config.set(name, value);
    }
    config.create::<BaseProducer>().is_ok()
}

fn findings(settings: &Settings) -> Vec<Finding> {
    check(settings, &Surroundings::default())
}

/// The sentence with which linger refuses these settings.
fn refusal(settings: &Settings) -> Option<String> {
    let mut found = findings(settings).into_iter();
    found
        .find(|one| one.severity == Severity::Refuse)
        .map(|one| one.sentence)
}

/// The sentence with which linger tells of Java's rule.
fn caution(settings: &Settings) -> Option<String> {
    let mut found = findings(settings).into_iter();
    found
        .find(|one| one.rule == "java-timeout")
        .map(|one| one.sentence)
}

/// linger.ms + request.timeout.ms is 31 s here.
fn waiting(delivery_ms: &str) -> Result<Settings, Stopped> {
    with(&[
        ("linger.ms", "1000"),
        ("request.timeout.ms", "30000"),
        ("delivery.timeout.ms", delivery_ms),
    ])
}

pub fn timeouts(_: &Stage) -> Result<Told, Stopped> {
    let (sum, below, least) = (waiting("31000")?, waiting("25000")?, waiting("1000")?);
    let told = caution(&below).unwrap_or_else(|| "nothing".into());
    let refused = refusal(&least).unwrap_or_else(|| "nothing".into());
    let checks = vec![
        Check::new(
            "31000 ms, the sum of linger.ms and request.timeout.ms, is taken without a word",
            caution(&sum).is_none() && refusal(&sum).is_none() && is_taken(&sum),
        ),
        Check::new(
            format!("25000 ms: Java refuses it, and linger says so: {told}"),
            caution(&below).is_some(),
        ),
        Check::new(
            "25000 ms: librdkafka takes it all the same",
            is_taken(&below) && refusal(&below).is_none(),
        ),
        Check::new(
            format!("1000 ms, no more than linger.ms: librdkafka refuses it too: {refused}"),
            !is_taken(&least) && refusal(&least).is_some(),
        ),
    ];
    let arm = |name: &str, all: &[&Settings]| {
        let count = |is: fn(&Settings) -> bool| all.iter().filter(|one| is(one)).count() as u64;
        Arm::new(name)
            .with("configurations", all.len() as u64)
            .with("warned of", count(|one| caution(one).is_some()))
            .with("refused by librdkafka", count(|one| !is_taken(one)))
    };
    Ok(Told {
        control: arm("31000 ms", &[&sum]),
        treatment: arm("25000 ms, 1000 ms", &[&below, &least]),
        checks,
        lesson: "settings that Java's producer refuses may run in librdkafka, and give a record less time than one try takes".into(),
        ..Told::default()
    })
}

/// What idempotence does not go with.
const VIOLATIONS: [&[(&str, &str)]; 4] = [
    &[("acks", "0"), ("max.in.flight", "5")],
    &[("acks", "1"), ("max.in.flight", "5")],
    &[("max.in.flight", "6")],
    &[("max.in.flight", "5"), ("retries", "0")],
];

pub fn idempotence(_: &Stage) -> Result<Told, Stopped> {
    let on = ("enable.idempotence", "on");
    let valid = with(&[on, ("acks", "all"), ("max.in.flight", "5")])?;
    let mut checks = vec![Check::new(
        "acks=all, max.in.flight=5 and retries are taken",
        refusal(&valid).is_none() && is_taken(&valid),
    )];
    let (mut by_linger, mut by_librdkafka) = (0_u64, 0_u64);
    for violation in VIOLATIONS {
        let pairs: Vec<_> = violation.iter().copied().chain([on]).collect();
        let settings = with(&pairs)?;
        let (reason, taken) = (refusal(&settings), is_taken(&settings));
        by_linger += u64::from(reason.is_some());
        by_librdkafka += u64::from(!taken);
        let words: Vec<String> = violation
            .iter()
            .map(|(name, text)| format!("{name}={text}"))
            .collect();
        let holds = reason.is_some() && !taken;
        let reason = reason.unwrap_or_else(|| "no reason given".into());
        checks.push(Check::new(
            format!("{} is refused: {reason}", words.join(" ")),
            holds,
        ));
    }
    let arm = |name: &str, all: u64, linger: u64, librdkafka: u64| {
        Arm::new(name)
            .with("configurations", all)
            .with("refused by linger", linger)
            .with("refused by librdkafka", librdkafka)
    };
    let refused = [refusal(&valid).is_some(), !is_taken(&valid)].map(u64::from);
    Ok(Told {
        control: arm("acks=all, 5 in flight", 1, refused[0], refused[1]),
        treatment: arm(
            "one condition broken",
            VIOLATIONS.len() as u64,
            by_linger,
            by_librdkafka,
        ),
        checks,
        lesson: "each condition has a reason: only all replicas can vouch for the order, brokers remember five batches, and a gap cannot be skipped".into(),
        ..Told::default()
    })
}
