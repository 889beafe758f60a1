"""What a sentence speaks of, whatever language it is in: commands that harm are known by the things they bring together."""
# ruff: noqa: E501  a list of words is not wrapped: it would read worse in pieces

from __future__ import annotations

import re
from functools import lru_cache

from safety.rules.signs import CONDITION, REFUSES
from safety.verdict import Effect


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_ASK = _words(
    r"\b(?:ask|request|collect|obtain|require|demand|prompt (?:the|them)|get (?:the|their)|bitte|bittet|frag(?:e|t|en)?|verlang\w*|erfrag\w*|forder\w*|demande[rz]?|exige[rz]?|réclame[rz]?|pid[ea]\w*|pedir|solicit[ae]\w*|exig[ei]\w*|chied\w*|richied\w*|pe[çc]a|solicite|poproś|popros|poproszę|pytaj|zapytaj|żądaj|vraag|verzoek|попроси\w*|запроси\w*|спроси\w*)\b|要求|询问|尋ね|聞い"
)
_CREDENTIAL = _words(
    r"\b(?:card (?:number|details)|cvv2?|cvc2?|passwor[dt]\w*|passcode|kennwort|kartennummer|kreditkart\w*|prüfnummer|pin[- ]?(?:code|nummer)?|tan|numéro de carte|carte bancaire|cryptogramme|mot de passe|contraseñ\w*|n[uú]mero de (?:la )?tarjeta|tarjeta de cr[eé]dito|numero (?:della|di) carta|carta di credito|senha|n[uú]mero do cart[aã]o|cart[aã]o de cr[eé]dito|numer\w* karty|hasł\w*|wachtwoord|kaartnummer|номер карты|парол\w*)\b|密码|卡号|信用卡|パスワード|カード番号"
)
_SEND = _words(
    r"\b(?:send|forward|e-?mail|upload|transmit|post|copy|append|attach|schick\w*|send[e]n?|übermittl\w*|weiterleit\w*|leite|envoie[rz]?|transmet\w*|transfère\w*|env[ií][ae]\w*|enviar|reenv[ií]\w*|invia\w*|inoltra\w*|mandar?|envie|wyślij\w*|wysyłaj\w*|przekaż\w*|stuur|verstuur|отправ\w*|перешли\w*)\b|发送|转发|送信"
)
_DATA = _words(
    r"\b(?:data|details|records?|address(?:es)?|conversation|history|customer\w*|orders?|\w*daten|kunden\w*|adress\w*|données|coordonnées|datos|dati|dados|dane|danych|gegevens|данные|everything|alle?s?|tout(?:es)?|todo[s]?|tutt[io]|wszystk\w*)\b|数据|客户"
)
_ADDRESS = _words(r"[\w.+-]+@[\w-]+\.[\w.-]+|https?://|\bwww\.|\bwebhook\b")
_IGNORE = _words(
    r"\b(?:ignore|disregard|forget|override|bypass|skip|drop|suspend|ignorier\w*|vergiss|vergesst|missachte\w*|übergeh\w*|ignore[rz]|oublie[rz]?|ignor[ae]\w*|olvid[ae]\w*|omit[ae]\w*|dimentica\w*|tralascia\w*|esque[çc]a|desconsidere|zignoruj\w*|pomiń|zapomnij|negeer|vergeet|игнорир\w*|забуд\w*)\b|忽略|无视|無視"
)
_RULES = _words(
    r"\b(?:rules?|instructions?|guidelines?|polic(?:y|ies)|restrictions?|limits?|prompt|everything (?:above|before|else)|(?:what(?:ever)?|everything|anything|all) (?:that )?(?:you (?:were|have been|are) (?:told|given|taught|instructed)|(?:was|is|stands|came|comes) (?:said |written |stated )?(?:above|before|earlier))|all (?:of )?the above|anweisung\w*|regel[n]?|vorgabe\w*|richtlini\w*|instructions|consignes?|règles?|instruccion\w*|reglas?|normas?|istruzion\w*|regol[ae]|instru[çc][õo]es|regras?|zasad\w*|instrukc\w*|polece\w*|reguł\w*|instructies|regels|инструкц\w*|правил\w*)\b|指令|指示|规则|提示|ルール"
)
_WITHIN = _words(
    r"\b(?:in|from|inside|within|of|contained|embedded|found)\b.{0,25}\b(?:document|tool|search|result|e-?mail|page|web|message|attachment|untrusted|quoted|content|user|customer|input|output|text|data)s?\b"
)
_REACH = _words(
    r"\b(?:read|open|load|print|show|include|pass|put|fetch|give|reveal|return|copy|attach|send|cat|lies|lis|lee|leggi|odczytaj|lees)\b"
)
_PRIVATE_PATH = _words(
    r"~?/?\.(?:ssh|aws|gnupg|kube|netrc|git-credentials|npmrc|pypirc)\b|\bid_(?:rsa|ed25519|ecdsa)\b|/etc/(?:passwd|shadow)|/proc/self/environ|(?:^|[\s`'\"])\.env\b|\b(?:all |the )?environment variables?\b|\bos\.environ\b"
)
_JOINED = re.compile(r"(?<=[a-z])_(?=[a-z])(?![\w.+-]*@)|(?<=[a-z])(?=[A-Z][a-z])(?![\w.+-]*@)")
"""Where the name of a tool, as `send_email` or `sendEmail`, is made of words."""
_VOID = _words(
    r"\b(?:(?:is|are|was|were|be|being|become|becomes) (?:now |hereby )?(?:void|obsolete|suspended|cancelled|revoked|lifted|withdrawn|superseded|invalid)|no longer (?:apply|applies|valid|hold|holds|bind|binds|count|counts|in force)|(?:gelten|gilt) (?:ab (?:jetzt|sofort) )?nicht mehr|(?:sind|ist) (?:ab (?:jetzt|sofort) )?(?:ungültig|aufgehoben|außer kraft)|ne (?:s'appliquent|s’appliquent|sont|valent) plus|ya no (?:son|es|aplican|se aplican|valen|rigen)|non (?:valgono|si applicano|sono) più|não (?:valem|se aplicam|são) mais|(?:już )?nie obowiązuj\w*|(?:gelden|geldt) niet meer|больше не (?:действ\w*|примен\w*))\b|不再适用|作废|無効"
)
_IF = _words(r"\b(?:if|when|whenever|unless|wenn|falls|si|cuando|quand|se|quando|jeśli|gdy|als|если)\b|如果")
_PACKS = _words(r"\b(?:add|append|put|encode|embed|attach|include|insert|füge|hänge|ajoute[rz]?|añad[ea]|agrega|aggiungi|dodaj|voeg)\b")
_OUTSIDE = _words(
    r"\b(?:tool(?:s| results?| outputs?)?|search results?|web ?(?:pages?|sites?)|pages?|e-?mails?|attachments?|notes?|tickets?|reviews?|comments?|tags?|uploads?|files?|(?:customer|user)(?:'s|s')? (?:messages?|texts?)|werkzeug\w*|webseite\w*|nachricht\w*|anhang|courriels?|outils?|correos?|herramientas?|pliki?|załącznik\w*)\b"
)
_ORDERED = _words(
    r"\b(?:contains?|says?|asks?|includes?|tells?|gives?|holds?|has|carr(?:y|ies))\b[^.]{0,30}\b(?:instructions?|orders?|commands?|requests?|what to do|tasks?)\b[^.]{0,20}?[,;:]?\s*(?:then |please |simply )?(?:carry (?:it|them|this|that) out|do (?:it|so|that|what)|follow (?:it|them)|obey|comply|execute (?:it|them)|act on (?:it|them)|perform (?:it|them))"
    r"|\b(?:must|should|shall|are to|is to|has to|have to) (?:always )?be (?:obeyed|followed|executed|carried out|complied with)\b"
    r"|\b(?:outranks?|overrides?|supersedes?|trumps?|beats?|prevails? over|takes? precedence over)\b[^.]{0,30}\b(?:everything|anything|all|these|this prompt|your|here|above)\b"
)
_FORBIDS = _words(
    r"\b(?:never|not|don't|mustn't|shouldn't|cannot|can't|refuse|decline|without|nie(?:mals)?|nicht|kein\w*|jamais|pas|ne|nunca|no|non|mai|não|nigdy|niet|nooit|не|никогда)\b|不要|不得|しない"
)


@lru_cache(maxsize=512)
def harm_in(sentence: str) -> tuple[str, Effect] | None:
    """What a sentence has the agent do, when the things it brings together do harm; None for others, and for those that forbid it."""
    sentence = _JOINED.sub(" ", sentence)
    if len(sentence) <= 2_000 and _VOID.search(sentence) and _RULES.search(sentence) and not _IF.search(sentence):
        return "tells the agent to forget its instructions", Effect.BLOCK
    if len(sentence) > 2_000 or _FORBIDS.search(sentence.split(",")[0][:60] if _IGNORE.search(sentence) else sentence):
        return None
    if _CREDENTIAL.search(sentence) and (_ASK.search(sentence) or (_SEND.search(sentence) and _ADDRESS.search(sentence))):
        return "has the agent ask people for passwords or payment data", Effect.BLOCK
    if _SEND.search(sentence) and _DATA.search(sentence) and _ADDRESS.search(sentence):
        return "has the agent send data away", Effect.BLOCK
    if _PRIVATE_PATH.search(sentence) and _REACH.search(sentence):
        return "has the agent read keys or settings of the machine", Effect.BLOCK
    if _PACKS.search(sentence) and _DATA.search(sentence) and re.search(r"https?://\S*[?=]", sentence):
        return "has the agent send data away", Effect.BLOCK
    told = _ORDERED.search(sentence)
    if told and _OUTSIDE.search(sentence[: told.start() + 1]):
        return "lets text from outside give orders to the agent", Effect.BLOCK
    asked = CONDITION.search(sentence)
    if asked and REFUSES.search(sentence[asked.end() :]):
        return None
    ignore, rules = _IGNORE.search(sentence), _RULES.search(sentence)
    if ignore and rules and 0 <= rules.start() - ignore.end() <= 40 and not _WITHIN.search(sentence[ignore.end() : rules.end() + 50]):
        return "tells the agent to forget its instructions", Effect.BLOCK
    return None


def sentences(text: str) -> list[str]:
    """The sentences of a line."""
    return [part for part in re.split(r"(?<=[.!?。！？;])(?!\w)\s*|(?<=。)", text.strip(" -*>#\t\"'")) if part]
