//! B5 and B16: configurations that are refused before anything is sent, by linger's rules and by librdkafka itself.

use rdkafka::ClientConfig;
use rdkafka::producer::BaseProducer;

use crate::cluster::java::{self, JavasWord};
use crate::scenario::row::{Arm, Check, Stopped, Told};
use crate::scenario::stage::Stage;
use crate::settings::{Finding, Settings, Severity, Source, Surroundings, check, find};

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

/// What Java's producer says to each of these; nothing where there is no Java here, or not all of them can be asked.
fn java(cases: &[&[(&str, &str)]]) -> Option<Vec<JavasWord>> {
    let javas = |(name, text): &(&str, &str)| {
        let name = find(name).and_then(|row| row.java).unwrap_or(name);
        let text = if *text == "on" { "true" } else { text };
        (name.to_owned(), text.to_owned())
    };
    let ask = |pairs: &&[(&str, &str)]| java::ask(&pairs.iter().map(javas).collect::<Vec<_>>());
    cases.iter().map(ask).collect()
}

fn takes_the_first_alone(words: &[JavasWord]) -> bool {
    let takes = |word: &JavasWord| *word == JavasWord::Takes;
    words.first().is_some_and(takes) && !words.iter().skip(1).any(takes)
}

/// How many of them Java's producer refuses, with its words.
fn javas_arm(name: &str, words: &[JavasWord]) -> Arm {
    let reasons: Vec<&String> = words
        .iter()
        .filter_map(|word| match word {
            JavasWord::Refuses(reason) => Some(reason),
            JavasWord::Takes => None,
        })
        .collect();
    let arm = Arm::new(name)
        .with("configurations", words.len() as u64)
        .with("refused by Java's client", reasons.len() as u64);
    reasons.iter().fold(arm, |arm, reason| {
        arm.note(format!("Java's client: {reason}"))
    })
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
fn waiting(delivery_ms: &str) -> [(&str, &str); 3] {
    [
        ("linger.ms", "1000"),
        ("request.timeout.ms", "30000"),
        ("delivery.timeout.ms", delivery_ms),
    ]
}

pub fn timeouts(_: &Stage) -> Result<Told, Stopped> {
    let cases = ["31000", "25000", "1000"].map(waiting);
    let [sum, below, least] = [with(&cases[0])?, with(&cases[1])?, with(&cases[2])?];
    let told = caution(&below).unwrap_or_else(|| "nothing".into());
    let refused = refusal(&least).unwrap_or_else(|| "nothing".into());
    let mut checks = vec![
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
    let mut further = Vec::new();
    if let Some(words) = java(&[&cases[0], &cases[1], &cases[2]]) {
        checks.push(Check::new(
            "Java's client takes the sum, and refuses both below it",
            takes_the_first_alone(&words),
        ));
        further.push(javas_arm("Java's client: 31000 ms", &words[..1]));
        further.push(javas_arm("Java's client: 25000 ms, 1000 ms", &words[1..]));
    }
    Ok(Told {
        control: arm("31000 ms", &[&sum]),
        treatment: arm("25000 ms, 1000 ms", &[&below, &least]),
        checks,
        further,
        lesson: "settings that Java's producer refuses may run in librdkafka, and give a record less time than one try takes".into(),
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
    let sound = [on, ("acks", "all"), ("max.in.flight", "5")];
    let valid = with(&sound)?;
    let mut checks = vec![Check::new(
        "acks=all, max.in.flight=5 and retries are taken",
        refusal(&valid).is_none() && is_taken(&valid),
    )];
    let (mut by_linger, mut by_librdkafka) = (0_u64, 0_u64);
    let broken = VIOLATIONS.map(|violation| [violation, &[on]].concat());
    for (violation, pairs) in VIOLATIONS.iter().zip(&broken) {
        let settings = with(pairs)?;
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
    let mut further = Vec::new();
    let cases: Vec<&[_]> = std::iter::once(sound.as_slice())
        .chain(broken.iter().map(Vec::as_slice))
        .collect();
    if let Some(words) = java(&cases) {
        checks.push(Check::new(
            "Java's client takes the one, and refuses the others",
            takes_the_first_alone(&words),
        ));
        further.push(javas_arm(
            "Java's client: acks=all, 5 in flight",
            &words[..1],
        ));
        further.push(javas_arm(
            "Java's client: one condition broken",
            &words[1..],
        ));
    }
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
        further,
        lesson: "each condition has a reason: only all replicas can vouch for the order, brokers remember five batches, and a gap cannot be skipped".into(),
    })
}
