"""What the demo's servers send is kept, and goes nowhere."""

import email
import smtplib
from email.message import EmailMessage

from tools.mail_sink import MailSink

TEXT = "Order S00042 was made.\n..\n.\nGreetings\n"


def test_a_mail_is_kept_as_it_was_sent(tmp_path):
    mail = EmailMessage()
    mail["From"], mail["To"] = "office@bpo.example", "manager@dealer.example"
    mail["Subject"] = "Won"
    mail.set_content(TEXT)
    with MailSink(tmp_path / "mails") as sink:
        for _unused in range(2):
            options = sink.get_options()
            with smtplib.SMTP(options["smtp_server"], options["smtp_port"]) as client:
                client.send_message(mail)
    files = sorted((tmp_path / "mails").iterdir())
    assert [file.name for file in files] == ["0001.eml", "0002.eml"]
    for file in files:
        kept = email.message_from_bytes(file.read_bytes())
        assert kept["To"] == "manager@dealer.example"
        text = kept.get_payload(decode=True).decode().replace("\r\n", "\n")
        assert text == TEXT
