"""What SIPp plays: the customers and the agents' phones, as scenario files.

A customer's behaviour is chosen by the dialed number (without "+"), R and CCC being digits:
  1R...   rings R seconds, answers, says a short hello, stays
  3...    rings for ever
  4R...   like 1R, but sends early media (183) instead of ringing
  6R...   an answering machine: a long greeting, a beep, silence
  7R...   like 1R, but hangs up after 3 s
  8...    never says anything, not even 100
  9CCC... refuses with that SIP status
"""

REFUSALS = {
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    410: "Gone",
    480: "Temporarily Unavailable",
    484: "Address Incomplete",
    486: "Busy Here",
    488: "Not Acceptable Here",
    500: "Server Internal Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Server Time-out",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    607: "Unwanted",
}

SDP = """v=0
o=bed 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000"""


def _reply(status: str, *, tag: bool = True, sdp: bool = False, after: str = "") -> str:
    to_tag = ";tag=[pid]T[call_number]" if tag else ""
    lines = [
        f"SIP/2.0 {status}",
        "[last_Via:]",
        "[last_From:]",
        f"[last_To:]{to_tag}",
        "[last_Call-ID:]",
        "[last_CSeq:]",
    ]
    if sdp:
        lines += [
            "Contact: <sip:[local_ip]:[local_port];transport=[transport]>",
            "Content-Type: application/sdp",
        ]
    lines += ["Content-Length: [len]", "", SDP if sdp else ""]
    return f"<send {after}><![CDATA[\n" + "\n".join(lines) + "\n]]></send>"


def _go(label: str, when: str = "") -> str:
    test = f' test="{when}"' if when else ""
    return f'<nop next="{label}"{test}/>'


def customers() -> str:
    """The scenario of every customer. SIPp can't take a status from a variable: one branch each."""
    kinds = {
        "human": "1",
        "forever": "3",
        "early": "4",
        "machine": "6",
        "quitter": "7",
        "mute": "8",
    }
    kinds |= {f"c{code}": f"9{code}" for code in REFUSALS}
    matches = [
        f'<ereg regexp="INVITE sip:{start}" search_in="msg" assign_to="{kind}"/>'
        for kind, start in kinds.items()
    ]
    refuse = [_go(f"r{code}", f"c{code}") for code in REFUSALS]
    refusals = [
        f'<label id="r{code}"/>' + _reply(f"{code} {text}", after='next="acked"')
        for code, text in REFUSALS.items()
    ]
    parts = [
        '<?xml version="1.0" encoding="ISO-8859-1" ?>',
        '<scenario name="customers">',
        '<recv request="INVITE"><action>',
        *matches,
        '<ereg regexp="INVITE sip:[0-9]([0-9])" search_in="msg" assign_to="whole,digit"/>',
        '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>',
        '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>',
        '<ereg regexp="sip:[^>;]*" search_in="hdr" header="Contact:" assign_to="contact"/>',
        '<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="cseq"/>',
        '<todouble assign_to="left" variable="digit"/>',
        '<test assign_to="more" variable="left" compare="greater_than" value="0"/>',
        "</action></recv>",
        _go("silent", "mute"),
        _reply("100 Trying", tag=False),
        *refuse,
        _go("progress", "early"),
        _reply("180 Ringing"),
        _go("rings-on", "forever"),
        _go("ringing"),
        '<label id="progress"/>',
        _reply("183 Session Progress", sdp=True),
        # Neither a pause can be interrupted nor a time limit be a variable: one second at a time.
        '<label id="ringing"/>',
        _go("second", "more"),
        _go("pick-up"),
        '<label id="second"/>',
        '<recv request="CANCEL" timeout="1000" ontimeout="tick" next="canceled"/>',
        '<label id="tick"/>',
        '<nop next="ringing"><action><subtract assign_to="left" value="1"/>',
        '<test assign_to="more" variable="left" compare="greater_than" value="0"/></action></nop>',
        '<label id="pick-up"/>',
        _reply("200 OK", sdp=True, after='retrans="500"'),
        '<recv request="ACK"/>',
        _go("greeting", "machine"),
        '<nop><action><exec rtp_stream="hello.ul,1,0"/></action></nop>',
        _go("quits", "quitter"),
        '<label id="stays"/>',
        '<recv request="BYE" timeout="600000" ontimeout="end" next="bye"/>',
        '<label id="greeting"/>',
        '<nop next="stays"><action><exec rtp_stream="machine.ul,1,0"/></action></nop>',
        '<label id="quits"/>',
        '<recv request="BYE" timeout="3000" ontimeout="quit" next="bye"/>',
        # A called party's own BYE must be put together by hand, with From and To swapped.
        '<label id="quit"/><send retrans="500"><![CDATA[',
        "BYE [$contact] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
        "From:[$to];tag=[pid]T[call_number]\nTo:[$from]\nCall-ID: [call_id]\nCSeq: 2 BYE",
        "Max-Forwards: 70\nContent-Length: 0\n\n]]></send>",
        '<recv response="200" next="end"/>',
        *refusals,
        '<label id="acked"/><recv request="ACK" timeout="5000" ontimeout="end" next="end"/>',
        '<label id="silent"/><recv request="CANCEL" timeout="60000" ontimeout="end" next="end"/>',
        '<label id="rings-on"/><recv request="CANCEL" timeout="120000" ontimeout="end"/>',
        '<label id="canceled"/>',
        _reply("200 OK"),
        _reply("487 Request Terminated", after='next="acked"').replace(
            "[last_CSeq:]", "CSeq: [$cseq] INVITE"
        ),
        '<label id="bye"/>',
        _reply("200 OK", tag=False),
        '<label id="end"/><nop/>',
        # SIPp warns about a variable that is used once.
        '<Reference variables="human,whole"/>',
        "</scenario>",
    ]
    return "\n".join(parts)


def agents() -> str:
    """The scenario of every agent's phone: answers at once, hums 700 Hz, stays."""
    return "\n".join(
        [
            '<?xml version="1.0" encoding="ISO-8859-1" ?>',
            '<scenario name="agents">',
            '<recv request="INVITE"/>',
            _reply("200 OK", sdp=True, after='retrans="500"'),
            '<recv request="ACK"/>',
            '<nop><action><exec rtp_stream="agent.ul,-1,0"/></action></nop>',
            '<recv request="BYE" timeout="36000000" ontimeout="end"/>',
            _reply("200 OK", tag=False),
            '<label id="end"/><nop/>',
            "</scenario>",
        ]
    )
