"""The agent as the helpdesk sees it."""

import json
import subprocess
import sys
from pathlib import Path

from billing_agent.app import answer

ROOT = Path(__file__).resolve().parent.parent


def ask(question: str, customer_id: str = "C-1001") -> dict:
    return answer({"question": question, "customer_id": customer_id, "asked_on": "2026-09-14"})


def test_a_reply_has_text_intent_sources_and_handover():
    reply = ask("Has INV-2041 been paid?")
    assert set(reply) == {"answer", "intent", "sources", "handover"}
    assert reply["intent"] == "invoice"
    assert not reply["handover"]


def test_an_unknown_customer_is_handed_over():
    reply = ask("What does Pro cost?", customer_id="C-9999")
    assert reply["handover"]
    assert "could not find your account" in reply["answer"]


def test_an_empty_question_is_handed_over():
    assert ask("   ")["handover"]


def test_notices_follow_the_customers_country():
    assert "reverse charge" in ask("3 more seats please", customer_id="C-1007")["answer"]
    assert "VAT" not in ask("3 more seats please", customer_id="C-1002")["answer"]


def test_the_command_reads_and_writes_json():
    request = json.dumps({"question": "How much is 10 USD in CHF?", "customer_id": "C-1001", "asked_on": "2026-09-14"})
    done = subprocess.run([sys.executable, "-m", "billing_agent"], input=request, capture_output=True, text=True, cwd=ROOT, check=True)
    assert "8.80 CHF" in json.loads(done.stdout)["answer"]


def test_the_command_refuses_what_is_not_json():
    done = subprocess.run([sys.executable, "-m", "billing_agent"], input="hello", capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2
    assert "not JSON" in done.stderr
