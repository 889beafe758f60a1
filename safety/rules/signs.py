"""Sentences that command an agent, or its judges, where a text should inform; and the words that forbid instead."""
# ruff: noqa: E501  a pattern is not wrapped: it would read worse in pieces

from __future__ import annotations

import re
from typing import NamedTuple

from safety.verdict import Effect

BLOCK, ASK = Effect.BLOCK, Effect.NEEDS_APPROVAL


class Sign(NamedTuple):
    """A kind of sentence, what it does, and whether it does so in texts that are no prompts too."""

    pattern: re.Pattern[str]
    says: str
    effect: Effect
    everywhere: bool = True


def sign(pattern: str, says: str, effect: Effect, *, everywhere: bool = True) -> Sign:
    return Sign(re.compile(pattern, re.IGNORECASE | re.MULTILINE), says, effect, everywhere)


_CONTENT = r"(?:tool|search|retriev\w*|document|file|e-?mail|web\s?(?:page|site)|page|message|attachment|content|customer|user|result|output|database|api|ticket|note|comment|trace|context|website|image)s?\b"
_ORDERS = r"(?:instruction|command|direction|order|request|directive|guideline|rule|prompt|step)s?"
SIGNS = (
    sign(
        r"\b(?:ignore|disregard|forget|override|bypass|skip|discard|neglect|set aside|pay no attention to)\b[^.\n]{0,40}?\b(?:previous|prior|above|earlier|preceding|all|any|your|these|those|system|safety|original|other)\b[^.\n]{0,30}?\b(?:instruction|rule|prompt|guideline|direction|polic|constraint|restriction|message|context|command|filter|safeguard)s?(?![^.\n]{0,30}\b(?:in|from|inside|within|contained|embedded|found|that (?:appear|come))\b[^.\n]{0,30}\b(?:tool|document|result|page|e-?mail|message|user|customer|retriev|file|content|quote|text))|\bdo not (?:follow|obey)\b[^.\n]{0,20}\b(?:previous|prior|above|earlier|preceding|your|these|system|safety|original)\b[^.\n]{0,20}\b(?:instruction|rule|prompt|guideline)s?",
        "tells the agent to forget its instructions",
        BLOCK,
    ),
    sign(
        r"(?:ignor(?:iere|ier)|vergiss|missachte)\b[^.\n]{0,40}(?:anweisung|regel|vorgabe)|ignor(?:ez|e|er)\b[^.\n]{0,20}\b(?:les|vos|tes|toutes|ces)\b[^.\n]{0,20}(?:instructions|consignes|règles)|(?:ignora|olvida|omite)\b[^.\n]{0,30}(?:instrucciones|reglas|istruzioni|regole)|(?:zignoruj|pomiń|zapomnij)\b[^.\n]{0,40}(?:polece|instrukc|zasad)|忽略.{0,8}(?:指令|指示|规则|提示)|игнорируй.{0,30}(?:инструкц|правил)|(?:以前|前|上記)の指示.{0,6}無視",
        "tells the agent to forget its instructions",
        BLOCK,
    ),
    sign(
        rf"\b(?:follow|obey|execute|comply with|carry out|do(?!\s+not)|act on|treat|trust|adhere to|perform|respect|accept|run)\b[^.\n]{{0,40}}?\b(?:any|all|every|the|whatever|each)?\s*{_ORDERS}\b[^.\n]{{0,40}}?\b(?:in|from|inside|within|found|given by|contained|embedded|of|by|that)\b[^.\n]{{0,40}}?{_CONTENT}",
        "lets text from outside give orders to the agent",
        BLOCK,
    ),
    sign(
        rf"\b{_CONTENT}[^.\n]{{0,60}}?\b(?:take|takes|have|has|get|gets|with)\b[^.\n]{{0,20}}?\b(?:priority|precedence|authority)\b|\b(?:priority|precedence)\s+over\b[^.\n]{{0,30}}\b(?:this|these|system|your|prompt|instructions?|rules?)\b",
        "puts text from outside above the agent's own instructions",
        BLOCK,
    ),
    sign(
        rf"\b{_ORDERS}\b[^.\n]{{0,40}}?{_CONTENT}[^.\n]{{0,30}}?\b(?:override|supersede|replace|outrank|trump|precede|win over|come before|take over|apply instead|prevail)\w*\b"
        r"|\b(?:rules?|instructions?|limits?)\b[^.\n]{0,40}\b(?:do(?:es)? not|don't|no longer|never)\s+(?:apply|hold|count|bind)\b(?![^.\n]{0,30}\bif\b)",
        "puts text from outside above the agent's own instructions",
        BLOCK,
    ),
    sign(
        r"\b(?:treat|regard|read|take|consider|handle|accept)\b[^.\n]{0,60}?\b(?:as|like)\b[^.\n]{0,30}\b(?:from|by|of)\s+(?:the\s+|your\s+|an?\s+)?(?:operator|developer|system|admin\w*|owner|manager|supervisor|boss|vendor|anthropic|openai)\b",
        "lets text from outside give orders to the agent",
        BLOCK,
    ),
    sign(
        r"\b(?:if|when|whenever|once|should)\b[^.\n]{0,60}?\b(?:say|says|contain|contains|mention|mentions|type|types|write|writes|include|includes|use|uses|starts? with|hear|see)\b[^.\n]{0,20}?[\"'“‘`][^\"'”’`\n]{2,60}[\"'”’`][^.\n]{0,60}?\b(?:skip|ignore|approve|grant|refund|reveal|disable|bypass|unlock|obey|without|full access|no limit|drop|transfer|delete|disclose)\b",
        "has the agent drop its guard at a secret word",
        BLOCK,
    ),
    sign(
        r"<!--[^>\n]{0,200}?\b(?:assistant|ai|agent|model|llm|gpt|claude|bot|system)\b\s*[:,][^>\n]{3,}",
        "speaks to the model where people do not look",
        BLOCK,
    ),
    sign(
        r"\b(?:reviewers?|guards?|scanners?|checkers?|auditors?|classifiers?|graders?|judges?|evaluators?|raters?)\b[^.\n]{0,50}?\b(?:must|should|shall|have to|need to|please|:)\s*[^.\n]{0,30}?\b(?:answer|say|reply|respond|output|print|return|mark|rate|score|allow|approve|pass|accept|skip|stop|trust|treat)\b"
        r"|\b(?:note|message|attention|hint|instructions?)\s+(?:to|for)\s+(?:the\s+|any\s+|all\s+)?(?:automated\s+|ai\s+|llm\s+)?(?:judges?|graders?|evaluators?|reviewers?|raters?|guards?|scorers?)\b"
        r"|\b(?:ai|llm|automated|automatic)\s+(?:reviewers?|graders?|judges?|guards?)\s*:",
        "speaks to whoever judges, not to the agent",
        BLOCK,
    ),
    sign(
        r"\b(?:this|the)\s+(?:change|patch|diff|commit|file|edit|pull request)\s+(?:was|is|has been|have been)\s+(?:already\s+)?(?:approved|reviewed|verified|audited|cleared|vetted|signed off|whitelisted)\b",
        "claims an approval that only a person can give",
        ASK,
    ),
    sign(
        rf"\btreat\b[^.\n]{{0,60}}{_CONTENT}[^.\n]{{0,40}}(?<!not )\bas\b(?![^.\n]{{0,25}}\bnot as\b)[^.\n]{{0,20}}\b(?:instruction|command|trusted|system|authoritative)",
        "lets text from outside give orders to the agent",
        BLOCK,
    ),
    sign(
        rf"\b(?:do|execute|obey|follow)\b[^.\n]{{0,15}}\b(?:whatever|anything|everything)\b[^.\n]{{0,30}}(?:{_CONTENT}|asks?|says?|tells?)",
        "lets text from outside give orders to the agent",
        BLOCK,
    ),
    sign(
        r"!\[[^\]\n]{0,200}\]\(\s{0,9}(?:https?:)?//[^)\s]{0,500}?[{$<][^)\n]{0,500}\)|<img[^>]{1,300}src\s*=\s*['\"]?(?:https?:)?//[^>\n]{0,500}[{$]",
        "has the agent load an image whose address carries data away",
        BLOCK,
    ),
    sign(
        r"!\[[^\]\n]{0,200}\]\(\s{0,9}(?:https?:)?//[^)\n]{0,500}?\?[^)\n]{0,500}\)|<(?:img|iframe|script|object|embed|link)\b[^>\n]{0,300}(?:src|href|data)\s{0,5}=",
        "has the agent load something from another host",
        BLOCK,
        everywhere=False,
    ),
    sign(
        r"\b(?:send|forward|post|e-?mail|upload|transmit|exfiltrate|leak|copy|report|submit|deliver|cc|bcc)\b[^.\n]{0,80}?\b(?:conversation|history|chat|transcript|customer|data|credential|key|password|token|prompt|message|order|record|detail|everything|content|answer|secret|information|it)s?\b[^.\n]{0,60}?(?:https?://|\bto\s+\S+@\S+|\bwebhook|\bexternal|\bthird.part)",
        "has the agent send data away",
        BLOCK,
    ),
    sign(
        r"\b(?:do not|don't|never|without)\s+(?:tell|inform|notify|telling|informing|letting|alert|(?:mention|disclose|reveal|show|repeat)\s+(?:this|it|that|these (?:rules|steps|instructions)|any of this))\w*\b[^.\n]{0,30}\b(?:user|customer|anyone|anybody|human|operator|developer|admin|this rule|traveller|visitor|client|people)\b|\b(?:secretly|covertly|silently|say nothing about|keep (?:this|it) (?:secret|hidden))\b",
        "has the agent act behind somebody's back",
        ASK,
        everywhere=False,
    ),
    sign(
        r"</?\s*(?:system|assistant|instructions?|sys|developer)(?:[_-]?(?:prompt|message))?\s*>|<\|(?:im_start|im_end|system|endoftext|assistant|user|eot_id|start_header_id)[^|]*\|>|\[/?(?:INST|SYS|SYSTEM)\]|<<\s*/?SYS\s*>>|^[ \t]*#{2,4}[ \t]*(?:system|assistant|new instructions?)[ \t]*:?[ \t]*$|^[ \t]*(?:system|assistant)\s*:\s|\bBEGIN SYSTEM (?:PROMPT|MESSAGE)|\bEND OF (?:SYSTEM )?(?:PROMPT|INSTRUCTIONS)",
        "imitates the marks by which a model tells its instructions from other text",
        BLOCK,
    ),
    sign(
        r"\byou are (?:now )?(?:DAN\b|an? (?:unrestricted|unfiltered|jailbroken|uncensored)|free (?:of|from)|no longer)|\b(?:have|has|with|without)\s+(?:no|any)\s+(?:restriction|limit(?:ation)?|filter|rule|guideline|safety|ethic)s?\b|\b(?:developer|debug|god|admin|root|maintenance|jailbreak|sudo)\s+mode\b[^.\n]{0,20}(?:enable|on\b|activ|enter)|\bjailbreak|\b(?:enter|enable|activate|switch to)\s+(?:developer|debug|god|admin|jailbreak|DAN)\b|\bDo Anything Now\b",
        "frees the agent from its rules",
        BLOCK,
        everywhere=False,
    ),
    sign(
        r"\b(?:reveal|print|show|repeat|output|disclose|share|quote|return|include|tell)\b[^.\n]{0,30}\b(?:system prompt|these instructions|your instructions|hidden prompt|internal (?:notes|rules|instructions)|api[ _-]?keys?|credentials|environment variables)\b",
        "has the agent give away what is confidential",
        BLOCK,
        everywhere=False,
    ),
    sign(
        r"\b(?:ask|request|collect|obtain|require|prompt|have|get|tell|need|demand|invite)\b[^.\n]{0,60}?\b(?:password|passcode|card (?:number|details)|credit card|cvv|cvc|\bpin\b|ssn|social security|one[- ]time (?:code|password)|otp\b|2fa|security code|bank (?:account|details|login)|passport number|private key|seed phrase|api key|login details|account number|iban)\b",
        "has the agent ask people for passwords or payment data",
        BLOCK,
        everywhere=False,
    ),
    sign(
        r"\b(?:evaluator|grader|judge|grading|reviewer|scorer|assessor|rater|LLM|auto-?rater|test(?:er|s)?|guard|eval(?:uation)?s?)\b[^.\n]{0,60}?\b(?:score|pass|approve|rate|mark|grade|accept|return|give|award|output)\b[^.\n]{0,30}\b(?:1\.0|10|100|full|perfect|highest|maximum|pass(?:ed)?|true|correct|high|success|allow|accept|approved|it)\b|\b(?:this|the)\s+(?:answer|response|output|reply|change|patch|diff)\s+(?:is|should be|must be|has been)\s+(?:graded|scored|rated|marked|considered|approved|accepted|pre-?approved)",
        "speaks to whoever judges, not to the agent",
        BLOCK,
    ),
    sign(
        r"\b(?:decode|base64|hex|rot13|decrypt|unscramble|reverse)\b[^.\n]{0,60}\b(?:and|then)\b[^.\n]{0,20}\b(?:follow|obey|execute|run|do|apply|act|comply|eval)",
        "has the agent obey hidden text",
        BLOCK,
    ),
    sign(
        r"\b(?:always|automatically|immediately)\s+(?:approve|grant|accept|issue|refund|authori[sz]e|execute|agree)|\b(?:without|no need (?:for|to)|don't (?:ask|wait) for|do not (?:ask|wait) for|skip(?:ping)?|never ask for)\s+(?:any\s+|the\s+|further\s+)?(?:confirmation|confirm|approval|verification|verif\w*|permission|review|check(?:ing)?s?|authori[sz]ation|asking)",
        "has the agent act without asking",
        ASK,
        everywhere=False,
    ),
    sign(
        r"\b(?:agree|pretend|claim|say|state|tell|assure|lie)\b[^.\n]{0,40}\b(?:even (?:if|though|when)|regardless|no matter|although)\b[^.\n]{0,40}\b(?:not|false|untrue|unknown|fail|wrong|whether)",
        "has the agent say what is not so",
        ASK,
        everywhere=False,
    ),
    sign(
        r"\b(?:execute|run)\b[^.\n]{0,20}\b(?:any|every|all|whatever|the)\b[^.\n]{0,20}\b(?:sql|command|code|script|quer(?:y|ies)|shell|statement)s?\b[^.\n]{0,30}\b(?:user|customer|asks?|gives?|wants?|sends?|provides?)\b|\b(?:run|execute|call|use|invoke)\b[^.\n]{0,30}(?:`[^`]*(?:curl|wget|rm |sh |bash|eval|DROP|DELETE)[^`]*`|\b(?:shell|bash|sql|python) (?:command|code|quer)\w*)[^.\n]{0,30}\b(?:user|customer|asks?|document|whenever|any)",
        "has the agent run commands",
        BLOCK,
    ),
)
DEFENDS = re.compile(
    r"\b(?:never|do not|don't|must not|mustn't|should not|shouldn't|cannot|can't|may not|not allowed|refuse|decline|reject|prevent|avoid|forbid|forbidden|prohibit\w*|under no circumstances|instead of|no matter who|nie(?:mals)?|jamais|nunca|nigdy)\b",
    re.IGNORECASE,
)
CONDITION = re.compile(
    r"\b(?:if|when|whenever|even (?:if|when)|should)\b[^.\n]{0,80}?\b(?:asks?|tells?|tries|try|wants?|requests?|instructs?|claims?|says?|attempts?|demands?|contains?|asked|told|begs?)\b",
    re.IGNORECASE,
)
REFUSES = re.compile(
    r"\b(?:refuse|decline|reject|politely|do not|don't|never|ignore|disregard|continue|stay|remain|report|escalate|warn|not (?:comply|follow|obey))\b",
    re.IGNORECASE,
)
