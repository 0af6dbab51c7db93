//! What tests do on smol, written as expanded code would be.

#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::time::Duration;

use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};
use smol::net::{TcpListener, TcpStream};
use testkit::__private::{Runtime, block_on, smol_runtime};
use testkit::{assert, assert_panics};

testkit::discover!();

static SMOL: Runtime = smol_runtime!();

fn test_time_and_tasks() {
    let value = block_on(&SMOL, async {
        smol::Timer::after(Duration::from_millis(5)).await;
        smol::spawn(async { 3 }).await + smol::unblock(|| 4).await
    });
    assert!(value == 7);
}

fn test_network() {
    let echo = block_on(&SMOL, async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = smol::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).await.unwrap();
            text
        });
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        drop(stream);
        server.await
    });
    assert!(echo == "hello");
}

fn test_one_inside_of_another() {
    assert!(block_on(&SMOL, async { block_on(&SMOL, async { 5 }) }) == 5);
}

fn test_a_panic_goes_through() {
    let message = assert_panics!(block_on(&SMOL, async { panic!("through the future") }));
    assert!(message == "through the future");
}
