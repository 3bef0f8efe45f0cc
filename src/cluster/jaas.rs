//! Java's `sasl.jaas.config`: one login module with its options, as user name and password.

use thiserror::Error;

/// What a JAAS line says.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The class name of the login module, without its package.
    pub module: String,
    /// The user name.
    pub username: Option<String>,
    /// The password.
    pub password: Option<String>,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Login({})", self.module)
    }
}

/// A JAAS line that cannot be used. No message holds a value of the line.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum JaasError {
    /// The line is not of JAAS's form.
    #[error(
        "it cannot be read: write `…PlainLoginModule required username=\"USER\" password=\"…\";`"
    )]
    Form,
    /// A quoted value does not end.
    #[error("a quoted value does not end: write \\\" for a quote inside it")]
    Quote,
    /// More than one module is named.
    #[error("it names more than one login module: keep one")]
    Several,
    /// The module is none that librdkafka can stand in for.
    #[error("login module {0} is not supported: use PlainLoginModule or ScramLoginModule")]
    Module(String),
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted(String),
    Equals,
    End,
}

/// Reads a JAAS line with the quoting and escapes of Java's tokenizer.
///
/// # Errors
/// A line of another form, several modules, or a module other than PLAIN's and SCRAM's.
pub fn parse(text: &str) -> Result<Login, JaasError> {
    let mut tokens = tokens(text)?.into_iter().peekable();
    let Some(Token::Word(class)) = tokens.next() else {
        return Err(JaasError::Form);
    };
    let module = class.rsplit('.').next().unwrap_or_default().to_owned();
    let Some(Token::Word(flag)) = tokens.next() else {
        return Err(JaasError::Form);
    };
    let flags = ["required", "requisite", "sufficient", "optional"];
    if !flags.iter().any(|known| flag.eq_ignore_ascii_case(known)) {
        return Err(JaasError::Form);
    }
    if !matches!(module.as_str(), "PlainLoginModule" | "ScramLoginModule") {
        let safe = module
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(60)
            .collect();
        return Err(JaasError::Module(safe));
    }
    let mut login = Login {
        module,
        username: None,
        password: None,
    };
    loop {
        match tokens.next() {
            Some(Token::End) => break,
            Some(Token::Word(name)) => {
                if tokens.next() != Some(Token::Equals) {
                    return Err(JaasError::Form);
                }
                let Some(Token::Word(value) | Token::Quoted(value)) = tokens.next() else {
                    return Err(JaasError::Form);
                };
                match name.as_str() {
                    "username" => login.username = Some(value),
                    "password" => login.password = Some(value),
                    // serviceName, tokenauth and the like say nothing to librdkafka.
                    _ => {}
                }
            }
            _ => return Err(JaasError::Form),
        }
    }
    match tokens.peek() {
        None => Ok(login),
        Some(_) => Err(JaasError::Several),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, JaasError> {
    let mut tokens = Vec::new();
    let mut left = text.chars().peekable();
    while let Some(character) = left.next() {
        match character {
            c if c.is_whitespace() => {}
            ';' => tokens.push(Token::End),
            '=' => tokens.push(Token::Equals),
            '"' | '\'' => tokens.push(Token::Quoted(quoted(&mut left, character)?)),
            first => {
                let mut word = String::from(first);
                while let Some(c) =
                    left.next_if(|c| !c.is_whitespace() && !matches!(c, ';' | '=' | '"' | '\''))
                {
                    word.push(c);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    // Java wants the semicolon; many files leave it out and mean the same.
    if tokens.last() != Some(&Token::End) {
        tokens.push(Token::End);
    }
    Ok(tokens)
}

type Characters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn quoted(left: &mut Characters<'_>, quote: char) -> Result<String, JaasError> {
    let mut value = String::new();
    loop {
        match left.next().ok_or(JaasError::Quote)? {
            c if c == quote => return Ok(value),
            '\n' | '\r' => return Err(JaasError::Quote),
            '\\' => value.push(escaped(left)?),
            c => value.push(c),
        }
    }
}

fn escaped(left: &mut Characters<'_>) -> Result<char, JaasError> {
    Ok(match left.next().ok_or(JaasError::Quote)? {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        first @ '0'..='7' => octal(left, first),
        other => other,
    })
}

fn octal(left: &mut Characters<'_>, first: char) -> char {
    let most = if first <= '3' { 2 } else { 1 };
    let mut number = first.to_digit(8).unwrap_or_default();
    for _ in 0..most {
        let Some(digit) = left.next_if(|c| c.is_digit(8)).and_then(|c| c.to_digit(8)) else {
            break;
        };
        number = number * 8 + digit;
    }
    char::from_u32(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: &str = "org.apache.kafka.common.security.plain.PlainLoginModule";

    #[test]
    fn reads_plain_and_scram() {
        let login = parse(&format!(
            "{PLAIN} required username=\"al ice\" password='p\\'w\\\\=;\\101';"
        ))
        .unwrap();
        assert_eq!(login.username.as_deref(), Some("al ice"));
        assert_eq!(login.password.as_deref(), Some("p'w\\=;A"));
        let login = parse("org.apache.kafka.common.security.scram.ScramLoginModule required\n  username=bob\n  password=${env:PW}\n").unwrap();
        assert_eq!(login.module, "ScramLoginModule");
        assert_eq!(login.password.as_deref(), Some("${env:PW}"));
    }

    #[test]
    fn says_what_is_wrong_without_the_password() {
        let cases = [
            (
                format!("{PLAIN} required password=\"canary;"),
                JaasError::Quote,
            ),
            (
                format!("{PLAIN} username=\"a\" password=\"canary\";"),
                JaasError::Form,
            ),
            (
                format!("{PLAIN} required password=\"canary\"; {PLAIN} required;"),
                JaasError::Several,
            ),
            (
                "com.sun.security.auth.module.JndiLoginModule required user=canary;".to_owned(),
                JaasError::Module("JndiLoginModule".to_owned()),
            ),
            (String::new(), JaasError::Form),
        ];
        for (text, wanted) in cases {
            let error = parse(&text).unwrap_err();
            assert!(!error.to_string().contains("canary"));
            assert_eq!(error, wanted);
        }
    }

    proptest! {
        #[test]
        fn any_password_survives_quoting(password in "[^\\p{Cc}]{0,40}") {
            let quoted = password.replace('\\', "\\\\").replace('"', "\\\"");
            let login = parse(&format!("{PLAIN} required username=\"u\" password=\"{quoted}\";")).unwrap();
            prop_assert_eq!(login.password, Some(password));
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
