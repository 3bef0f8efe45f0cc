//! Masks what would tell where a cluster is: addresses, host names, the cluster's name.

const DOTS: &str = "•••";

/// A line with hosts masked: `host:port`, IPv4 and bracketed IPv6 addresses, and the word after `REAL`.
#[must_use]
pub fn masked(line: &str) -> String {
    let letters: Vec<char> = line.chars().collect();
    let mut symbols: Vec<String> = letters.iter().map(char::to_string).collect();
    mask_cells(&mut symbols);
    symbols.concat()
}

/// Masks in a row of cells, keeping their number.
pub fn mask_cells(symbols: &mut [String]) {
    let mut after_real = false;
    let mut at = 0;
    while at < symbols.len() {
        if !belongs(&symbols[at]) {
            at += 1;
            continue;
        }
        let length = symbols[at..].iter().take_while(|it| belongs(it)).count();
        let word = symbols[at..at + length].concat();
        if after_real || is_host(&word) {
            blot(&mut symbols[at..at + length]);
        }
        after_real = word == "REAL";
        at += length;
    }
}

/// Whether a cell may be part of a host's name.
fn belongs(symbol: &str) -> bool {
    let inside = |letter: char| letter.is_alphanumeric() || "-_.:[]%@".contains(letter);
    !symbol.is_empty() && symbol.chars().all(inside)
}

fn is_host(word: &str) -> bool {
    let word = word.trim_matches(|letter: char| ".:".contains(letter));
    let address = |host: &str| {
        host.parse::<std::net::IpAddr>().is_ok() && (host.contains('.') || host.len() > 4)
    };
    if address(word) || word.starts_with('[') && word.contains(']') {
        return true;
    }
    let Some((host, port)) = word.rsplit_once(':') else {
        return is_domain(word);
    };
    // A clock (07:41) is no host: a host's name has a letter, or it is an address.
    let named = address(host) || host.contains(char::is_alphabetic);
    named && port.parse::<u16>().is_ok()
}

/// Ends in a name of at least two letters and has at least two dots, unlike knobs such as `linger.ms` or `batch.size`.
fn is_domain(word: &str) -> bool {
    if crate::settings::knobs::find(word).is_some() {
        return false;
    }
    let parts: Vec<&str> = word.split('.').collect();
    let ends = [
        "com", "net", "org", "io", "dev", "cloud", "internal", "local", "example", "corp",
    ];
    parts.len() >= 2 && parts.last().is_some_and(|end| ends.contains(end))
}

fn blot(symbols: &mut [String]) {
    let dots: Vec<String> = DOTS.chars().map(|dot| dot.to_string()).collect();
    for (place, symbol) in symbols.iter_mut().enumerate() {
        *symbol = dots.get(place).cloned().unwrap_or_else(|| " ".into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_go_and_everything_else_stays() {
        let line =
            "linger  REAL staging-2 · 3 brokers 4.3.0 · broker-1:9092 · 07:41 p99.9 linger.ms";
        let shown = masked(line);
        assert!(
            !shown.contains("staging-2") && !shown.contains("broker-1"),
            "{shown}"
        );
        for kept in ["3 brokers 4.3.0", "07:41", "p99.9", "linger.ms"] {
            assert!(shown.contains(kept), "{kept} in {shown}");
        }
        assert_eq!(shown.chars().count(), line.chars().count());
    }

    #[test]
    fn addresses_of_both_kinds_are_hosts() {
        for word in [
            "127.0.0.1:9092",
            "10.0.0.1",
            "[::1]:9092",
            "fe80::1ff:fe23",
            "kafka.acme.com",
        ] {
            assert!(is_host(word), "{word}");
        }
        for word in [
            "01:02",
            "0:12",
            "1.0",
            "4.3.0",
            "max.in.flight",
            "×3.9",
            "rf",
            "trial:",
        ] {
            assert!(!is_host(word), "{word}");
        }
    }
}
