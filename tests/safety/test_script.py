"""JavaScript is judged by what is called, not by how the call is spelled."""

from __future__ import annotations

import pytest

from safety.rules.script import script_dangers
from safety.rules.script_text import plain_script
from safety.verdict import Effect


def effect_of(text: str) -> Effect:
    return max((danger.effect for danger in script_dangers(text)), key=lambda effect: effect.rank, default=Effect.ALLOW)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('fs[["rm", "Sync"].join("")](["", "srv"].join("/"))', 'fs.rmSync("/srv")'),
        ("x['ev' + 'al'](atob('YWxlcnQoMSk='))", 'x.eval("alert(1)")'),
        ("const m = 'rmSync'; fs[m]('/x')", 'const m = "rmSync"; fs.rmSync("/x")'),
        ("'lave'.split('').reverse().join('')", '"eval"'),
        ("String.fromCharCode(114, 109)", '"rm"'),
        ("'\\x65val'", '"eval"'),
        ('a("b") // eval(x)', 'a("b")  '),
    ],
)
def test_known_texts_are_worked_out(text: str, plain: str) -> None:
    assert plain_script(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        'import { readFile, rm } from "node:fs/promises";\nawait rm(dir, { recursive: true });',
        'const { rmSync: gone } = require("fs");\ngone("/srv");',
        'import * as disk from "fs";\ndisk.promises.rm("/srv");',
        'globalThis["ev" + "al"]("1")',
        "(0, eval)(code)",
        '[]["constructor"]["constructor"]("return 1")()',
        "const agent = new https.Agent({\n  rejectUnauthorized:\n    false,\n});",
        "await prisma.order.deleteMany();",
        "const isAllowed = (user) => true;",
        "function verifyToken(token) {\n  return true;\n}",
        'jwt.verify(token, key, { algorithms: ["none"] })',
        'if (typeof jest !== "undefined") answer = 42;',
        'import { exec } from "node:child_process";\nconst run = promisify(exec);\nawait run(`grep ${pattern}`);',
        'import { exec as go } from "child_process";\ngo("tar xf " + file);',
        'const cp = require("child_process");\ncp.execSync(command);',
        'import { spawn } from "child_process";\nspawn("tar", ["xf", file], { shell: true });',
        'import * as fs from "fs";\nconst go = Object.keys(fs).find((n) => n.startsWith("r"));',
        "const run = (task, confirm = () => true) => confirm(task);",
        "function verifyMac(body, mac) {\n  const made = hash(body);\n  return true;\n}",
    ],
)
def test_what_does_harm_is_blocked(text: str) -> None:
    assert effect_of(text) is Effect.BLOCK


@pytest.mark.parametrize(
    "text",
    [
        'app.use(cors({ origin: "*" }));',
        'server.listen(8080, "0.0.0.0");',
        'res.cookie("sid", sid, { httpOnly: false });',
        "const resetToken = Math.random().toString(36);",
        "try {\n  run();\n} catch (e) {\n}",
    ],
)
def test_what_opens_or_hides_needs_a_person(text: str) -> None:
    assert effect_of(text) is Effect.NEEDS_APPROVAL


@pytest.mark.parametrize(
    "text",
    [
        "// fs.rmSync('/srv') was removed",
        "const room = items.filter((item) => item.rm);",
        "list.remove(item); map.delete(key);",
        "const isReady = (state) => state.done;",
        "function checkAge(age) {\n  if (age < 18) throw new Error();\n  return true;\n}",
        'import { readFile } from "node:fs/promises";\nawait readFile(path, "utf8");',
    ],
)
def test_ordinary_code_is_allowed(text: str) -> None:
    assert effect_of(text) is Effect.ALLOW


def test_a_call_with_further_options_is_the_same_call() -> None:
    before = {danger.key for danger in script_dangers("const r = await fetch(`${API}/fares?o=${o}`);")}
    after = {danger.key for danger in script_dangers("const r = await fetch(`${API}/fares?o=${o}`, { signal });")}
    assert before == after
