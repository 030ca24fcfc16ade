"""Place words: what a link or a selector of links is called, in the text of a result."""

from __future__ import annotations

from corridor.language.cldr import english_country_name
from corridor.language.messages import joined, message
from corridor.network.network import Network

BETWEEN_ENDS = " – "


def place_words(network: Network, word: str) -> str:
    """Return what a link or selector is called: its gateway where it has one, else its ends."""
    links = network.by_id("links")
    if word not in links:
        return _selector_words(network, *word.partition(":")[::2])

    nodes = network.by_id("nodes")
    ends = [nodes[links[word][end]] for end in ("from_node_id", "to_node_id")]
    gateway = next((node["gateway"] for node in ends if node.get("gateway")), None)
    return gateway or joined([end["name"] for end in ends], BETWEEN_ENDS)


def _selector_words(network: Network, kind: str, rest: str) -> str:
    """Return what a selector such as crossing:AF-PK is called."""
    match kind:
        case "crossing":
            names = [english_country_name(code) or code for code in rest.split("-")]
            return message("the border {countries}", countries=joined(names, BETWEEN_ENDS))
        case "country":
            return message("all links of {country}", country=english_country_name(rest) or rest)
        case "mode":
            return message("all {mode} links", mode=rest)
        case "node" if rest in network.by_id("nodes"):
            return message("all links at {place}", place=network.by_id("nodes")[rest]["name"])
        case _:
            return f"{kind}: {rest}" if rest else kind
