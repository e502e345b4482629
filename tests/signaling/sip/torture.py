# ruff: noqa: E501 - messages are as long as they are
"""Messages after the descriptions of RFC 4475 (each by its name there), and what we do with each.

What is expected is the final response to a request, "response" for a response that is read, or the code of the
MalformedError for what is dropped without a word: where From, To, Via, Call-ID or CSeq can't be read, RFC 4475 would have
400 where we say nothing.
"""

from __future__ import annotations

SDP = "v=0\r\no=mhandley 29739 7272939 IN IP4 192.0.2.3\r\ns=-\r\nc=IN IP4 192.0.2.4\r\nt=0 0\r\nm=audio 49217 RTP/AVP 0\r\n"


def message(text: str, body: str = "", *, length: str | None = None) -> bytes:
    """The lines of ``text`` as a message, with its Content-Length unless another is given ("": none)."""
    lines = [line.removeprefix("    ") for line in text.strip("\n").split("\n")]
    if length is None:
        lines.append(f"Content-Length: {len(body.encode())}")
    elif length:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def request(
    method: str = "OPTIONS",
    uri: str = "sip:user@example.com",
    *more: str,
    version: str = "SIP/2.0",
    via: str = "SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw",
    from_: str = "<sip:caller@example.org>;tag=33242",
    to: str = "<sip:user@example.com>",
    cseq: str = "",
    body: str = "",
    length: str | None = None,
) -> bytes:
    """A request that is good but for what is given."""
    lines = [f"{method} {uri} {version}", f"Via: {via}", f"To: {to}", f"From: {from_}", "Max-Forwards: 70"]
    lines += [f"Call-ID: {abs(hash((method, uri, more, body)))}@example.org", f"CSeq: {cseq or f'8 {method}'}"]
    lines += ["Contact: <sip:caller@192.0.2.15>"] if not any(line.startswith("Contact") for line in more) else []
    return message("\n".join([*lines, *more]), body, length=length)


WITH_SDP = {"body": SDP}
TYPE = "Content-Type: application/sdp"

CASES: list[tuple[str, bytes, int | str]] = [
    # 3.1.1 Valid messages
    (
        "wsinv",
        message(
            """
    INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
    TO :
     sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
    from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>
      ;
      tag = 98asjd8
    MaX-fOrWaRdS: 0068
    Call-ID: wsinv.ndaksdj@192.0.2.1
    cseq: 0009
      INVITE
    Via  : SIP  /   2.0
     /UDP
        192.0.2.2;branch=390skdjuw
    s :
    NewFangledHeader:   newfangled value
     continued newfangled value
    UnknownHeaderWithUnusualValue: ;;,,;;,;
    Content-Type: application/sdp
    Route:
     <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
    v:  SIP  / 2.0  / TCP     spindle.example.com   ;
      branch  =   z9hG4bK9ikj8  ,
     SIP  /    2.0   / UDP  192.168.255.111   ; branch=
     z9hG4bK30239
    m:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =
          newvalue ;
      secondparam ; q = 0.33""",
            SDP,
        ),
        481,
    ),
    (
        "intmeth",
        request(
            "!interesting-Method0123456789_*+`.%indeed'~",
            "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
            from_="token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"working\";tag=_token~1'+`*%!-.",
        ),
        405,
    ),
    (
        "intmeth, a control character in its display name",
        request(to='"BEL:\\\x07" <sip:user@example.com>'),
        "control_character",
    ),
    ("esc01", request("INVITE", "sip:sips%3Auser%40example.com@example.net", TYPE, body=SDP), 200),
    (
        "escnull",
        request(
            "REGISTER", "sip:example.com", "Contact: <sip:%00@host5.example.com>", to="sip:null-%00-null@example.com"
        ),
        405,
    ),
    ("esc02", request("RE%47IST%45R", "sip:registrar.example.com", to='"%Z%45" <sip:resource@example.com>'), 405),
    ("lwsdisp", request(from_="caller<sip:caller@example.com>;tag=323"), 200),
    (
        "longreq",
        request(
            "INVITE",
            "sip:user@example.com",
            TYPE,
            "Subject: " + "long " * 700,
            *(f"X-{'long' * 9}-{n}: {'x' * 99}" for n in range(30)),
            from_='"'
            + "I have a user name of extreme proportion" * 8
            + '" <sip:a@example.net:6000;unknownparam1=verylong'
            + "g" * 200
            + ">;tag=1",
            body=SDP,
        ),
        200,
    ),
    (
        "dblreq",
        request("REGISTER", length="0", body="INVITE sip:joe@example.com SIP/2.0\r\nt: sip:joe@example.com\r\n\r\n"),
        405,
    ),
    ("semiuri", request("OPTIONS", "sip:user;par=u%40example.net@example.com"), 200),
    (
        "transports",
        request(
            via="SIP/2.0/UDP t1.example.org;branch=z9hG4bKkdjuw\nVia: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf\n"
            "Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj\nVia: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en"
        ),
        200,
    ),
    (
        "mpart01",
        request(
            "MESSAGE",
            "sip:kumiko@example.org",
            "Content-Type: multipart/mixed;boundary=7a9cbec02ceef655",
            body="--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec02ceef655--\r\n",
        ),
        405,
    ),
    (
        "unreason",
        message("""
    SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e \u0434\u0435\u0432\u044f\u043d\u043e\u0441\u0442\u043e
    Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923
    Call-ID: unreason.1234ksdfak3j2erwedfsASdf
    CSeq: 35 INVITE
    From: sip:user@example.com;tag=11141343
    To: sip:user@example.edu;tag=2229"""),
        "response",
    ),
    (
        "noreason",
        message("""
    SIP/2.0 100\x20
    Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe
    Call-ID: noreason.asndj203insdf99223ndf
    CSeq: 35 INVITE
    From: <sip:user@example.com>;tag=39ansfi3
    To: <sip:user@example.edu>;tag=902jndnke3"""),
        "response",
    ),
    # 3.1.2 Invalid messages
    (
        "badinv01",
        request(
            "INVITE",
            "sip:user@example.com",
            TYPE,
            'Contact: "Joe" <sip:joe@example.org>;;;;',
            via="SIP/2.0/UDP 192.0.2.15;;,;,,",
            body=SDP,
        ),
        "bad_header",
    ),
    ("clerr", request("INVITE", "sip:user@example.com", TYPE, body=SDP, length="9999"), 400),
    ("ncl", request("INVITE", "sip:user@example.com", TYPE, body=SDP, length="-999"), 400),
    ("scalar02", request("REGISTER", cseq="36893488147419103232 REGISTER"), "bad_header"),
    (
        "scalarlg",
        message("""
    SIP/2.0 503 Service Unavailable
    Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129
    To: <sip:user@example.com>
    From: <sip:other@example.net>;tag=2easdjfejw
    CSeq: 9292394834772304023312 OPTIONS
    Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r
    Retry-After: 949302838503028349304023988
    Warning: 1812 overture "In Progress\""""),
        "bad_header",
    ),
    (
        "quotbal",
        request("INVITE", "sip:user@example.com", TYPE, to='"Mr. J. User <sip:j.user@example.com>', body=SDP),
        "bad_header",
    ),
    ("ltgtruri", request("INVITE", "<sip:user@example.com>", TYPE, body=SDP), 400),
    ("lwsruri", request("INVITE", "sip:user@example.com; lr", TYPE, body=SDP), "bad_start_line"),
    ("lwsstart", request("INVITE", " sip:user@example.com ", TYPE, body=SDP), "bad_start_line"),
    ("trws", request("OPTIONS", version="SIP/2.0  "), "bad_start_line"),
    ("escruri", request("INVITE", "sip:user@example.com?Route=%3Csip:example.com%3E", TYPE, body=SDP), 400),
    ("baddate", request("INVITE", "sip:user@example.com", TYPE, "Date: Fri, 01 Jan 2010 16:00:00 EST", body=SDP), 200),
    (
        "regbadct",
        request("REGISTER", "sip:example.com", "Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E"),
        405,
    ),
    ("badaspec", request(to='"Watson, Thomas" < sip:t.watson@example.org >'), "bad_header"),
    ("baddn", request(from_="Bell, Alexander <sip:a.g.bell@example.com>;tag=43"), "bad_header"),
    ("badvers", request(version="SIP/7.0"), 505),
    (
        "badvers, in its Via, too",
        request(version="SIP/7.0", via="SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw"),
        "bad_header",
    ),
    ("mismatch01", request("OPTIONS", cseq="8 INVITE"), 400),
    ("mismatch02", request("NEWMETHOD", cseq="8 INVITE"), 400),
    (
        "bigcode",
        message("""
    SIP/2.0 4294967301 better not break the receiver
    Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe
    Call-ID: bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i
    CSeq: 353494 INVITE
    From: <sip:user@example.com>;tag=39ansfi3
    To: <sip:user@example.edu>;tag=902jndnke3"""),
        "bad_start_line",
    ),
    # 3.2 Transaction layer
    ("badbranch", request(via="SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK"), 200),
    # 3.3 Application layer
    (
        "insuf",
        message(
            """
    INVITE sip:user@example.com SIP/2.0
    CSeq: 193942 INVITE
    Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf
    Content-Type: application/sdp""",
            SDP,
        ),
        "bad_header",
    ),
    ("unkscm", request("OPTIONS", "nobodyKnowsThisScheme:totallyopaquecontent"), 416),
    ("novelsc", request("OPTIONS", "soap.beep://192.0.2.103:3002"), 416),
    (
        "unksm2",
        request("REGISTER", "sip:example.com", to="isbn:2983792873", from_="<http://www.example.com>;tag=3234233"),
        "bad_header",
    ),
    (
        "bext01",
        request(
            "OPTIONS",
            "sip:user@example.com",
            "Require: nothingSupportsThis, nothingSupportsThisEither",
            "Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis",
        ),
        420,
    ),
    (
        "invut",
        request(
            "INVITE",
            "sip:user@example.com",
            "Content-Type: application/unknownformat",
            body="<audio><pcmu port='443'/></audio>",
        ),
        415,
    ),
    ("regaut01", request("REGISTER", "sip:example.com", "Authorization: NoOneKnowsThisScheme opaque-data=here"), 405),
    (
        "multi01",
        request(
            "INVITE",
            "sip:user@example.com",
            "Call-ID: multi01.another",
            "From: <sip:other@example.net>;tag=2",
            "To: <sip:x@y.z>",
            TYPE,
            body=SDP,
        ),
        "repeated_header",
    ),
    (
        "mcl01",
        request(
            "OPTIONS",
            "sip:user@example.com",
            "Content-Length: 13",
            body="There's no way to know how many octets",
            length="5",
        ),
        400,
    ),
    (
        "bcast",
        message("""
    SIP/2.0 200 OK
    Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923
    Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23
    Call-ID: bcast.0384840201234ksdfak3j2erwedfsASdf
    CSeq: 35 INVITE
    From: sip:user@example.com;tag=11141343
    To: sip:user@example.edu;tag=2229"""),
        "response",
    ),
    ("zeromf", request("OPTIONS").replace(b"Max-Forwards: 70", b"Max-Forwards: 0"), 200),
    ("cparam01", request("REGISTER", "sip:example.com", "Contact: sip:+19725552222@gw1.example.net;unknownparam"), 405),
    (
        "cparam02",
        request("REGISTER", "sip:example.com", "Contact: <sip:+19725552222@gw1.example.net;unknownparam>"),
        405,
    ),
    (
        "regescrt",
        request("REGISTER", "sip:example.com", "Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>"),
        405,
    ),
    ("sdp01", request("INVITE", "sip:user@example.com", "Accept: text/nobodyKnowsThis", TYPE, body=SDP), 200),
    # 3.4 Backward compatibility
    (
        "inv2543",
        message(
            """
    INVITE sip:UserB@example.com SIP/2.0
    Via: SIP/2.0/UDP iftgw.example.com
    From: <sip:+13035551111@ift.client.example.net;user=phone>
    Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>
    To: sip:+16505552222@ss1.example.net;user=phone
    Call-ID: inv2543.1717@ift.client.example.com
    CSeq: 56 INVITE
    Content-Type: application/sdp
    Contact: <sip:+13035551111@ift.client.example.net>""",
            SDP,
        ),
        200,
    ),
]
