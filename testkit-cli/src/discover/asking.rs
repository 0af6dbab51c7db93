//! The conversation in which a worker is asked for the cases of tests that stand for others.
//!
//! One worker answers for all of a binary's tests of one library version. Where it dies, hangs or says nonsense over one
//! of them, that one has failed, and a fresh worker is asked for the rest.

use std::io::{self, Read as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use testkit_protocol::event::AttemptFinished;
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::message::{Hello, Message, Request};
use testkit_protocol::outcome::{Outcome, Termination};
use testkit_protocol::{PROTOCOL_VERSION, env};

use super::DescribedTest;
use super::expansion::{Expansion, Expansions};
use crate::model::Binary;
use crate::worker::{self, Channel, Ended, LEAVING_LIMIT, Process, Reader, RunIdentity, Streams};

/// How many tests are asked for in one request. It has to fit into the socket.
const IN_ONE_REQUEST: usize = 100;
/// After so many that hang, the tests that are left are not asked for: each would cost the whole limit.
const HANGS: usize = 2;

/// What came of asking a binary.
#[derive(Debug, Default)]
pub(crate) struct Expanded {
    /// What came of each test.
    pub(crate) expansions: Expansions,
    /// Why some could not be asked for, as a fragment.
    pub(crate) unserved: Option<String>,
}

/// Asks for the cases of those tests of `binary` that stand for others. Blocks; each answer may take `limit`.
pub(crate) fn expand(
    binary: &Binary,
    identity: &RunIdentity,
    described: &[DescribedTest],
    limit: Duration,
) -> Expanded {
    let mut by_carrier: Vec<(&Arc<str>, Vec<&str>)> = Vec::new();
    for test in described.iter().filter(|test| test.expands) {
        let Some(carrier) = &test.carrier else { continue };
        match by_carrier.iter_mut().find(|(known, _)| *known == carrier) {
            Some((_, tests)) => tests.push(&test.path),
            None => by_carrier.push((carrier, vec![&test.path])),
        }
    }
    let mut expanded = Expanded::default();
    for (carrier, tests) in by_carrier {
        ask_for_all(&Asker { binary, identity, carrier, limit }, &tests, &mut expanded);
    }
    expanded
}

fn ask_for_all(asker: &Asker<'_>, tests: &[&str], expanded: &mut Expanded) {
    let (mut left, mut hangs) = (tests, 0);
    while !left.is_empty() {
        let (answers, broken) = asker.ask(left);
        let (answered, rest) = left.split_at(answers.len());
        let answered = answered.iter().map(|test| (*test).to_owned());
        expanded.expansions.extend(answered.zip(answers));
        let Some((first, others)) = rest.split_first() else { return };
        let mut insert = |test: &str, expansion| expanded.expansions.insert(test.to_owned(), expansion);
        match broken {
            Some(Broken::Unserved(reason)) => {
                for test in rest {
                    insert(test, Expansion::Unserved);
                }
                expanded.unserved = Some(reason);
                return;
            }
            Some(Broken::Lost { attempt, hung }) => {
                insert(first, Expansion::Unknown(attempt));
                hangs += usize::from(hung);
                left = others;
            }
            // It answered all.
            None => return,
        }
        if hangs == HANGS {
            for test in left {
                let message =
                    format!("was not asked for its cases, since {HANGS} tests of its binary hung over theirs");
                insert(test, Expansion::failed(vec![Failure::new(FailureKind::Runner, message)]));
            }
            return;
        }
    }
}

/// Why not every test was answered for.
enum Broken {
    /// No worker can be had.
    Unserved(String),
    /// The worker was lost over the first test without an answer.
    Lost { attempt: Box<AttemptFinished>, hung: bool },
}

/// Why a worker says nothing more.
enum Silence {
    TimedOut,
    Ended,
    Garbled,
}

/// What a worker is asked with.
struct Asker<'a> {
    binary: &'a Binary,
    identity: &'a RunIdentity,
    carrier: &'a str,
    limit: Duration,
}

impl Asker<'_> {
    /// Asks one worker for the cases of `tests`. Its answers, in their order, and what kept it from the rest.
    fn ask(&self, tests: &[&str]) -> (Vec<Expansion>, Option<Broken>) {
        let mut answers = Vec::with_capacity(tests.len());
        let mut conversation = match Conversation::start(self) {
            Ok(conversation) => conversation,
            Err(error) => return (answers, Some(Broken::Unserved(format!("it cannot be started: {error}")))),
        };
        let hello = match conversation.next(self.limit) {
            Ok(Message::Hello(hello)) => hello,
            Ok(_) => return (answers, Some(Broken::Unserved("it did not greet".to_owned()))),
            Err(silence) => return (answers, Some(Broken::Unserved(conversation.why_unserved(&silence)))),
        };
        if hello.protocol != PROTOCOL_VERSION {
            let reason = format!("it speaks protocol {}, this command {PROTOCOL_VERSION}", hello.protocol);
            return (answers, Some(Broken::Unserved(reason)));
        }
        if hello.panic_aborts {
            return (answers, Some(Broken::Unserved("a panic ends its process".to_owned())));
        }
        let mut panic = None;
        for tests in tests.chunks(IN_ONE_REQUEST) {
            let names = tests.iter().map(|test| (*test).to_owned()).collect();
            conversation.channel.send(&Request::Expand { tests: names });
            for test in tests {
                match conversation.answer(test, self.limit, &mut panic) {
                    Ok(expansion) => answers.push(expansion),
                    Err(silence) => {
                        let hung = matches!(silence, Silence::TimedOut);
                        let attempt = conversation.lost(&silence, &hello, self.limit, panic);
                        return (answers, Some(Broken::Lost { attempt: Box::new(attempt), hung }));
                    }
                }
            }
        }
        conversation.leave();
        (answers, None)
    }
}

/// A worker that is asked; it is killed when this is dropped.
struct Conversation {
    process: Process,
    streams: Streams,
    channel: Channel,
    reader: Reader,
    ended: Ended,
    /// Whether nothing more can come.
    is_over: bool,
    /// What has come and is not read as messages yet.
    pending: Vec<u8>,
    /// How much of it is known to hold no end of a line.
    looked_at: usize,
}

impl Conversation {
    fn start(asker: &Asker<'_>) -> io::Result<Self> {
        let (channel, theirs) = Channel::new()?;
        let reader = channel.reader()?;
        let streams = Streams::new(true)?;
        let (arguments, variables) = (worker::arguments(asker.carrier), [(env::CHANNEL, "0".into())]);
        let launch = &asker.binary.launch;
        let process = Process::start(launch, arguments, &variables, asker.identity, theirs, &streams)?;
        let ended = Ended::of(&process);
        Ok(Self { process, streams, channel, reader, ended, is_over: false, pending: Vec::new(), looked_at: 0 })
    }

    /// The answer for one test.
    fn answer(&mut self, test: &str, limit: Duration, panic: &mut Option<Failure>) -> Result<Expansion, Silence> {
        let deadline = Instant::now() + limit;
        loop {
            match self.next(deadline.saturating_duration_since(Instant::now()))? {
                Message::Cases(cases) if cases.test == test => {
                    *panic = None;
                    return Ok(Expansion::of(cases));
                }
                // Said before it is known whether the process survives it.
                Message::Panicked(failure) | Message::Recorded(failure) => *panic = Some(failure),
                Message::Fixture(_) | Message::FixtureBegins(_) => {}
                Message::Cases(_) | Message::Hello(_) | Message::Finished(_) | Message::Pong => {
                    return Err(Silence::Garbled);
                }
            }
        }
    }

    /// The next message, blocking for `limit` at most.
    fn next(&mut self, limit: Duration) -> Result<Message, Silence> {
        let deadline = Instant::now() + limit;
        loop {
            while let Some(at) = self.pending[self.looked_at..].iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.pending.drain(..=self.looked_at + at).collect();
                self.looked_at = 0;
                if let Some(message) = worker::message(line.trim_ascii_end()).map_err(|_| Silence::Garbled)? {
                    return Ok(message);
                }
            }
            self.looked_at = self.pending.len();
            if self.is_over {
                return Err(Silence::Ended);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Silence::TimedOut);
            }
            self.is_over = self.ended.wait_or_readable(&self.reader, left);
            self.read();
        }
    }

    /// Reads what is there.
    fn read(&mut self) {
        let mut chunk = vec![0; 64 * 1024];
        loop {
            match self.reader.read(&mut chunk) {
                Ok(0) => self.is_over = true,
                Ok(count) => {
                    self.pending.extend_from_slice(&chunk[..count]);
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => self.is_over = true,
            }
            return;
        }
    }

    fn why_unserved(&mut self, silence: &Silence) -> String {
        let how = match silence {
            Silence::TimedOut => "it did not greet in time".to_owned(),
            Silence::Garbled => "it did not greet".to_owned(),
            Silence::Ended => format!("it ended with {} before it served", self.end()),
        };
        let said = self.streams.stderr().map(|stderr| stderr.read(0, stderr.end()).head).unwrap_or_default();
        match said.lines().next() {
            Some(said) => format!("{how}: {said}"),
            None => how,
        }
    }

    /// What became of the test over which it fell silent.
    fn lost(&mut self, silence: &Silence, hello: &Hello, limit: Duration, panic: Option<Failure>) -> AttemptFinished {
        let was_killed = !matches!(silence, Silence::Ended);
        let termination = self.end();
        let (kind, message) = match silence {
            Silence::TimedOut => (FailureKind::Timeout, format!("did not say within {limit:?} what its cases are")),
            Silence::Garbled => (
                FailureKind::Runner,
                "something wrote into the worker's channel when it was asked for its cases".to_owned(),
            ),
            Silence::Ended => {
                (FailureKind::Crash, format!("asked for its cases, its process ended with {termination}"))
            }
        };
        let (stdout_end, stderr_end) = self.streams.ends();
        let mut attempt = AttemptFinished::new(Outcome::Errored, 0);
        attempt.failures = std::iter::once(Failure::new(kind, message)).chain(panic).collect();
        attempt.termination = (!was_killed).then_some(termination);
        attempt.stdout = self.streams.stdout().map(|all| all.read(hello.stdout_end, stdout_end)).unwrap_or_default();
        attempt.stderr = self.streams.stderr().map(|all| all.read(hello.stderr_end, stderr_end)).unwrap_or_default();
        // Those that were asked for before may have written some of it.
        attempt.stdout.approximate = !attempt.stdout.is_empty();
        attempt.stderr.approximate = !attempt.stderr.is_empty();
        attempt
    }

    /// Ends the process, if it has not ended yet.
    fn end(&mut self) -> Termination {
        // One that has nothing more to say may need a moment to end.
        let patience = if self.is_over { Duration::from_secs(1) } else { Duration::ZERO };
        if !self.ended.wait(patience) {
            self.process.kill();
        }
        self.process.reap()
    }

    /// Lets it leave in the ordinary way.
    fn leave(mut self) {
        self.channel.send(&Request::Exit);
        let deadline = Instant::now() + LEAVING_LIMIT;
        while matches!(self.next(deadline.saturating_duration_since(Instant::now())), Ok(_) | Err(Silence::Garbled)) {}
        self.end();
    }
}
