//! From lines to nested statements.

use super::simulator::{ScriptError, ScriptLine};
use super::text::{first_word, without_comment};

/// A command with the number of its line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Command {
    pub(super) line: usize,
    pub(super) text: String,
}

/// A statement: a command or a block.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Statement {
    Command(Command),
    /// Condition, statements when it holds, statements when not.
    If(Command, Vec<Statement>, Vec<Statement>),
    /// Condition, body; the flag tells `while` (tested first) from `dowhile`.
    While(Command, Vec<Statement>, bool),
    /// Variable and words, body.
    Foreach(Command, Vec<Statement>),
    /// Count (empty for no bound), body.
    Repeat(Command, Vec<Statement>),
}

/// How deep blocks may be nested.
const DEPTH_LIMIT: usize = 100;

enum Open {
    If(Command, Option<Vec<Statement>>),
    While(Command, bool),
    Foreach(Command),
    Repeat(Command),
}

impl Open {
    fn start(&self) -> &Command {
        match self {
            Self::If(command, _)
            | Self::While(command, _)
            | Self::Foreach(command)
            | Self::Repeat(command) => command,
        }
    }
}

/// Reads the structure of a script. Comments and empty lines go; `.control` and `.endc` lines are skipped.
pub(super) fn statements(lines: &[ScriptLine]) -> Result<Vec<Statement>, ScriptError> {
    let mut stack: Vec<(Open, Vec<Statement>)> = Vec::new();
    let mut body: Vec<Statement> = Vec::new();
    for command in commands(lines) {
        let (word, rest) = first_word(&command.text);
        let rest = Command {
            line: command.line,
            text: rest.to_owned(),
        };
        let open = match word.to_ascii_lowercase().as_str() {
            "if" => Open::If(rest, None),
            "while" => Open::While(rest, true),
            "dowhile" => Open::While(rest, false),
            "foreach" => Open::Foreach(rest),
            "repeat" => Open::Repeat(rest),
            "else" => {
                match stack.last_mut() {
                    Some((Open::If(_, first @ None), _)) => {
                        *first = Some(std::mem::take(&mut body));
                    }
                    _ => return Err(error(command.line, "`else` without an open `if`")),
                }
                continue;
            }
            "end" | "endif" | "endwhile" | "endforeach" | "endrepeat" => {
                let Some((open, outer)) = stack.pop() else {
                    return Err(error(command.line, "`end` closes nothing"));
                };
                let inner = std::mem::replace(&mut body, outer);
                body.push(match open {
                    Open::If(condition, Some(then)) => Statement::If(condition, then, inner),
                    Open::If(condition, None) => Statement::If(condition, inner, Vec::new()),
                    Open::While(condition, first) => Statement::While(condition, inner, first),
                    Open::Foreach(list) => Statement::Foreach(list, inner),
                    Open::Repeat(count) => Statement::Repeat(count, inner),
                });
                continue;
            }
            "goto" | "label" => {
                return Err(ScriptError {
                    line: command.line,
                    message: format!("`{word}` is not supported"),
                    help: Some("use while, foreach, repeat with break and continue".to_owned()),
                });
            }
            "break" | "continue" if stack.iter().all(|(open, _)| matches!(open, Open::If(..))) => {
                return Err(error(command.line, &format!("`{word}` outside of a loop")));
            }
            _ => {
                body.push(Statement::Command(command));
                continue;
            }
        };
        if stack.len() >= DEPTH_LIMIT {
            return Err(error(command.line, "blocks are nested too deeply"));
        }
        stack.push((open, std::mem::take(&mut body)));
    }
    match stack.pop() {
        Some((open, _)) => Err(error(open.start().line, "this block has no `end`")),
        None => Ok(body),
    }
}

fn error(line: usize, message: &str) -> ScriptError {
    ScriptError {
        line,
        message: message.to_owned(),
        help: None,
    }
}

/// Lines without comments, continuation lines joined.
fn commands(lines: &[ScriptLine]) -> Vec<Command> {
    let mut found: Vec<Command> = Vec::new();
    for line in lines {
        let text = without_comment(line.text.trim()).trim();
        let lower = text.to_ascii_lowercase();
        if text.is_empty() || lower == ".control" || lower == ".endc" {
            continue;
        }
        if let (Some(more), Some(last)) = (text.strip_prefix('+'), found.last_mut()) {
            last.text.push(' ');
            last.text.push_str(more.trim());
            continue;
        }
        found.push(Command {
            line: line.line,
            text: text.to_owned(),
        });
    }
    found
}
