//! The man page: the program, then every command with its flags, then files, environment and exit status.

use std::io::{self, Write as _};

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::Cli;

/// What clap does not know.
const REST: &str = r".SH ENVIRONMENT
.TP
\fBLINGER_\fIKNOB\fR
a value for a knob: LINGER_LINGER_MS for linger.ms; weaker than flags and \fB\-X\fR, stronger than a profile
.TP
\fBLINGER_\fIPROPERTY\fR
a connection property: LINGER_SASL_PASSWORD for sasl.password
.TP
\fBLINGER_CONFIG_DIR\fR, \fBLINGER_DATA_DIR\fR
the folders of profiles and of snapshots
.TP
\fBNO_COLOR\fR
no colours on the screen
.SH FILES
.TP
\fI~/.config/linger/profiles/NAME.toml\fR
profiles (XDG_CONFIG_HOME)
.TP
\fI~/.local/share/linger/snapshots/NAME.json\fR
snapshots (XDG_DATA_HOME)
.SH EXIT STATUS
.TP
\fB0\fR
ok
.TP
\fB1\fR
measured, and the answer is no
.TP
\fB2\fR
bad usage or configuration
.TP
\fB3\fR
could not measure
";

/// The man page in roff.
pub fn page() -> io::Result<Vec<u8>> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut text = Vec::new();
    let man = Man::new(command.clone()).manual("linger");
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    for sub in command.get_subcommands() {
        chapter(sub, &mut text)?;
    }
    text.write_all(REST.as_bytes())?;
    Ok(text)
}

/// One command as a section, or its own commands as sections.
fn chapter(command: &Command, text: &mut Vec<u8>) -> io::Result<()> {
    let words = command.get_bin_name().unwrap_or_else(|| command.get_name());
    if command.has_subcommands() {
        for sub in command
            .get_subcommands()
            .filter(|sub| sub.get_name() != "help" && !sub.is_hide_set())
        {
            chapter(sub, text)?;
        }
        return Ok(());
    }
    let man = Man::new(command.clone());
    let mut part = Vec::new();
    man.render_synopsis_section(&mut part)?;
    man.render_description_section(&mut part)?;
    man.render_options_section(&mut part)?;
    let part = String::from_utf8_lossy(&part);
    writeln!(text, ".SH \"{}\"", words.to_uppercase())?;
    text.write_all(part.replace(".SH ", ".SS ").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_its_section_with_its_flags() {
        let text = String::from_utf8(page().unwrap()).unwrap();
        for part in [
            ".TH linger 1",
            ".SH \"LINGER BENCH\"",
            "\\-\\-num\\-records",
            ".SH \"LINGER PROFILE SAVE\"",
            "\\-\\-overwrite",
            "EXIT STATUS",
        ] {
            assert!(text.contains(part), "{part:?} is not in:\n{text}");
        }
        assert!(
            !text.contains("linger\\-bench(1)"),
            "no page of that name exists"
        );
    }
}
