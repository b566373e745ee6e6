"""What the studio's server and its page say to each other.

The models here become the OpenAPI schema from which the page's types are generated. Frames are
counted from 0. Places are in pixels of the source video unless a name says otherwise; a pixel x of
the source lies at ``(x + 0.5) * width / source_width - 0.5`` in the footage. Whatever is read from
a file comes with a ``digest`` of the file's bytes, None where there is no file; whoever writes
sends it back as ``base_digest``, and is answered with 409 if the file is another one by then.
"""
