"""The mail sink, with Django's own SMTP backend as its client."""

import smtplib
import threading

import environ
import pytest
from django.core.mail import EmailMessage, get_connection

from apps.sandbox.mail import mail_sink


@pytest.fixture
def sink():
    with mail_sink() as running:
        yield running


@pytest.fixture
def connection(sink, settings):
    """A connection as EMAIL_URL makes it."""
    for name, value in environ.Env.email_url_config(sink.url).items():
        setattr(settings, name, value)
    settings.EMAIL_TIMEOUT = 5
    made = get_connection("django.core.mail.backends.smtp.EmailBackend")
    yield made
    made.close()


def send(connection, number, *, to="ada@example.org"):
    mail = EmailMessage(
        "Ready",
        "Have a look.\n.\nA line that begins with a dot.",
        to=[to],
        headers={"Message-ID": f"<{number}@mergelight.test>"},
        connection=connection,
    )
    return mail.send()


def numbers(sink):
    return [mail.message_id.partition("@")[0].removeprefix("<") for mail in sink.received]


def test_what_is_accepted_is_remembered_in_order(sink, connection):
    with connection:
        for number in range(3):
            send(connection, number, to=f"p{number}@example.org")

    assert numbers(sink) == ["0", "1", "2"]
    assert [mail.to for mail in sink.received] == [
        (f"p{number}@example.org",) for number in range(3)
    ]
    moments = [mail.at for mail in sink.received]
    assert moments == sorted(moments)
    assert sink.control.stats()["counts"] == {"connections": 1, "texts": 3, "accepted": 3}


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("refuse", smtplib.SMTPConnectError, 421),
        ("reject", smtplib.SMTPRecipientsRefused, 550),
        ("defer", smtplib.SMTPDataError, 451),
    ],
)
def test_a_message_that_is_not_taken_is_answered_with_its_code(
    sink, connection, fault, error, code
):
    sink.control.change({"next": [fault]})

    with pytest.raises(error) as refused:
        send(connection, 1)
    codes = (
        [code for code, _ in refused.value.recipients.values()]
        if error is smtplib.SMTPRecipientsRefused
        else [refused.value.smtp_code]
    )
    assert codes == [code]
    assert sink.received == []
    connection.close()
    send(connection, 2)
    assert numbers(sink) == ["2"]


def test_a_dropped_message_was_taken_and_its_sender_cannot_know(sink, connection):
    sink.control.change({"next": ["drop"]})

    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(connection, 1)

    assert numbers(sink) == ["1"]


def test_a_server_that_hangs_says_nothing_until_its_client_gives_up(sink, connection):
    sink.control.change({"next": ["hang"]})
    connection.timeout = 0.3

    with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
        send(connection, 1)

    assert sink.control.stats()["counts"]["texts"] == 1
    assert sink.received == []


def test_the_end_of_the_sink_cuts_whoever_hangs():
    cut = []

    def wait_for_an_answer(url):
        host, port = url.removeprefix("smtp://").split(":")
        with smtplib.SMTP(host, int(port), timeout=20) as client:
            try:
                client.sendmail("a@example.org", "b@example.org", "Message-ID: <1@x>\n\nHello")
            except smtplib.SMTPServerDisconnected as exc:
                cut.append(exc)

    with mail_sink() as sink:
        sink.control.change({"next": ["hang"]})
        waiting = threading.Thread(target=wait_for_an_answer, args=(sink.url,))
        waiting.start()
        while not sink.control.counts["texts"]:
            waiting.join(0.01)
    waiting.join(10)

    assert not waiting.is_alive()
    assert len(cut) == 1


def test_each_message_of_a_connection_has_a_fault_of_its_own(sink, connection):
    sink.control.change({"next": ["", "reject", "", "refuse"]})

    with connection:
        send(connection, 1)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(connection, 2)
        send(connection, 3)
        with pytest.raises(smtplib.SMTPSenderRefused) as busy:
            send(connection, 4)

    assert busy.value.smtp_code == 421
    assert numbers(sink) == ["1", "3"]


def test_a_client_that_dies_within_its_text_has_sent_nothing(sink):
    host, port = sink.url.removeprefix("smtp://").split(":")
    client = smtplib.SMTP(host, int(port), timeout=5)
    client.helo()
    client.mail("a@example.org")
    client.rcpt("b@example.org")
    client.docmd("DATA")
    client.send(b"Message-ID: <1@x>\r\n\r\nHel")
    client.close()

    with smtplib.SMTP(host, int(port), timeout=5) as another:
        another.sendmail("a@example.org", "b@example.org", "Message-ID: <2@x>\n\nHello")

    assert [mail.message_id for mail in sink.received] == ["<2@x>"]


def test_faults_by_chance_can_be_switched_off_and_strange_ones_are_refused(sink, connection):
    sink.control.change({"faults": {"defer": 1}})
    with pytest.raises(smtplib.SMTPDataError):
        send(connection, 1)

    sink.control.change({"faults": {}, "clear": True})
    send(connection, 2)

    assert sink.control.counts["accepted"] == 1
    with pytest.raises(ValueError, match="drop"):
        sink.control.change({"faults": {"earthquake": 1}})
