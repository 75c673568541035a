"""Words of command to a model in languages other than English, as one pattern."""

from __future__ import annotations

_ORDERS = {
    "de": r"ignoriere\w*|missachte\w*|vergiss|zeige? mir|sende|antworte|füge|gib .{0,60}(?:aus|wieder)|du bist jetzt",
    "fr": r"ignore[zr]? |oublie[zr]?|montre[zr]?-moi|affiche[zr]?|envoie|réponds|ajoute|répète"
    r"|tu es maintenant|ne tiens pas compte",
    "es": r"ignora|olvida|muéstra\w*|muestra|envía|responde|añade|repite|ahora eres|no hagas caso",
    "it": r"dimentica|mostra\w*|invia|rispondi|aggiungi|ripeti|ora sei|non tenere conto",
    "pt": r"esqueça|mostre\w*|envie|responda|acrescente|repita|desconsidere|agora você é",
    "nl": r"negeer|vergeet|laat me|stuur|antwoord alleen|voeg|herhaal|je bent nu|toon",
    "pl": r"zignoruj|zapomnij|pokaż|wyślij|odpowiadaj|dodaj|powtórz",
    "tr": r"yok say|unut|göster|gönder|yanıt ver|ekle|tekrarla",
    "ru": r"игнорируй\w*|забудь\w*|покажи\w*|отправь\w*|отвечай\w*|добавь\w*|повтори\w*|не обращай внимания|теперь ты",
    "zh": r"忽略|忘记|无视|告诉我|显示|发送|逐字|只用.{1,6}回答|在你的回答中|你现在是",
    "ja": r"無視し|忘れて|表示し|教えて|送信し|答えて|加えて|列挙せよ",
    "ar": r"تجاهل|انس|اعرض|أرني|أرسل|أجب|أضف|اذكر|كرر",
    "hi": r"अनदेखा|भूल जाओ|दिखाओ|भेजो|उत्तर दो|जोड़ो",
}
_OBJECTS = (
    r"anweisung\w*|regeln|passw[öo]rt\w*|antwort|système|consignes?|règles|mots de passe|réponse"
    r"|instrucci\w+|contraseñ\w+|respuesta"
    r"|istruzioni|risposta|instruções|senhas|resposta|instructies|wachtwoord\w*|antwoord|instrukcj\w+|hasła|odpowiedzi"
    r"|talimat\w*"
    r"|parola\w*|yanıt\w*|инструкци\w+|промпт\w*|парол\w+|ответ\w*|правил\w*|指令|提示词|密码|规则|指示|プロンプト|パスワード|回答|規則"
    r"|التعليمات|تعليماتك|موجه|كلمات المرور|إجابتك|القواعد|निर्देश\w*|प्रॉम्प्ट|पासवर्ड|prompt|instructions|assist\w+"
)
_WORDLESS = ("zh", "ja", "hi")  # scripts in which a word has no plain edges for a pattern
_SPACED = "|".join(said for language, said in _ORDERS.items() if language not in _WORDLESS)
_JOINED = "|".join(_ORDERS[language] for language in _WORDLESS)
ORDER = rf"\b(?:{_SPACED})\b|(?:{_JOINED})"
"""A word of command."""
ORDERED = rf"(?:{ORDER}).{{0,120}}(?:{_OBJECTS})|(?:{_OBJECTS}).{{0,80}}(?:{_JOINED}|yok say|göster|gönder|unut)"
"""A word of command with what it is about: instructions, passwords, the answer."""
