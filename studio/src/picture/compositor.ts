/**
 * Porter-Duff `over` in WebGL2: straight alpha, display or linear light, back to front. Sums are
 * rounded once a layer, to within a level of what `render` rounds once (half floats would take half
 * as long again where there is no GPU); layers seen by another camera are resampled by the
 * cubic kernel that `render` uses, colours weighted by alpha. For linear light the sum is an sRGB
 * texture, which WebGL blends as light.
 */

import { type Box, joined, seenIn } from "./camera";
import type { Drawn } from "./draw_list";
import type { Films } from "./films";

const CORNERS = `#version 300 es
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4(corner * 4.0 - 1.0, 0.0, 1.0);
}`;

/** The transfer function of sRGB (IEC 61966-2-1). */
const LIGHT = `
vec3 toLinear(vec3 display) {
  return mix(display / 12.92, pow((display + 0.055) / 1.055, vec3(2.4)), step(0.04045, display));
}
vec3 toDisplay(vec3 light) {
  return mix(light * 12.92, 1.055 * pow(light, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, light));
}`;

const DRAW = `#version 300 es
precision highp float;
precision highp sampler2D;
${LIGHT}
uniform bool linear;
uniform sampler2D first, second;
uniform ivec2 size;      // of the picture
uniform int alphaRow;    // 0: opaque
uniform float share, opacity;
uniform bool warped[2];
uniform mat3 toLayer[2];
out vec4 colour;

float alphaAt(sampler2D film, ivec2 at) {
  if (any(lessThan(at, ivec2(0))) || any(greaterThanEqual(at, size))) return 0.0;
  float alpha = alphaRow > 0 ? texelFetch(film, at + ivec2(0, alphaRow), 0).g : 1.0;
  return alpha < 1.5 / 255.0 ? 0.0 : alpha;  // the coder's noise
}

vec4 texel(sampler2D film, ivec2 at) {  // weighted by alpha
  float alpha = alphaAt(film, at);
  if (alpha == 0.0) return vec4(0.0);
  return vec4(texelFetch(film, at, 0).rgb * alpha, alpha);
}

vec4 kernel(float x) {  // of OpenCV's INTER_CUBIC, a = -0.75
  const float a = -0.75;
  float l = x + 1.0, r = 1.0 - x, f = 2.0 - x;
  float w0 = ((a * l - 5.0 * a) * l + 8.0 * a) * l - 4.0 * a;
  float w1 = ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  float w2 = ((a + 2.0) * r - (a + 3.0)) * r * r + 1.0;
  return vec4(w0, w1, w2, 1.0 - w0 - w1 - w2);
}

vec4 cubic(sampler2D film, mat3 homography, vec2 at) {
  vec3 p = homography * vec3(at, 1.0);
  if (p.z <= 0.0) return vec4(0.0);
  vec2 place = round(p.xy / p.z * 32.0) / 32.0;  // OpenCV moves in steps of 1/32 pixel
  ivec2 corner = ivec2(floor(place)) - 1;
  if (any(lessThan(corner, ivec2(-4))) || any(greaterThan(corner, size))) return vec4(0.0);
  vec2 part = fract(place);
  vec4 across = kernel(part.x), down = kernel(part.y), sum = vec4(0.0);
  for (int y = 0; y < 4; y++)
    for (int x = 0; x < 4; x++)
      sum += across[x] * down[y] * texel(film, corner + ivec2(x, y));
  vec3 straight = clamp(sum.rgb / max(sum.a, 0.5 / 255.0), 0.0, 1.0);
  float alpha = clamp(sum.a, 0.0, 1.0);
  return vec4(straight * alpha, alpha);
}

void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  vec4 seen = warped[0] ? cubic(first, toLayer[0], vec2(at)) : texel(first, at);
  if (share > 0.0) {
    vec4 next = warped[1] ? cubic(second, toLayer[1], vec2(at)) : texel(second, at);
    seen = mix(seen, next, share);
  }
  if (linear) seen.rgb = toLinear(seen.rgb / max(seen.a, 0.5 / 255.0)) * seen.a;
  colour = seen * opacity;
}`;

/** The same where nothing is resampled or mixed: most of the time, and many times as quick. */
const COPY = `#version 300 es
precision highp float;
${LIGHT}
uniform bool linear;
uniform highp sampler2D first;
uniform int alphaRow;
uniform float opacity;
out vec4 colour;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  float alpha = 1.0;
  if (alphaRow > 0) {
    alpha = texelFetch(first, at + ivec2(0, alphaRow), 0).g;
    if (alpha < 1.5 / 255.0) discard;
  }
  alpha *= opacity;
  vec3 straight = texelFetch(first, at, 0).rgb;
  if (linear) straight = toLinear(straight);
  colour = vec4(straight * alpha, alpha);
}`;

const SHOW = `#version 300 es
precision highp float;
${LIGHT}
uniform bool linear;
uniform highp sampler2D composite;
uniform bool checkered, mattes;
uniform int height;
out vec4 colour;
void main() {
  ivec2 at = ivec2(gl_FragCoord.x, float(height) - gl_FragCoord.y);
  vec4 seen = texelFetch(composite, at, 0);
  if (mattes) { colour = vec4(seen.aaa, 1.0); return; }
  if (linear) seen.rgb = toDisplay(seen.rgb);
  if (checkered) {
    ivec2 square = at / 12;
    float grey = (square.x + square.y) % 2 == 0 ? 0.19 : 0.25;
    seen.rgb += (1.0 - seen.a) * grey;
  }
  colour = vec4(seen.rgb, 1.0);
}`;

export type Ground = "black" | "checkered" | "matte";

interface Program {
  program: WebGLProgram;
  at: (name: string) => WebGLUniformLocation | null;
}

export class Compositor {
  private readonly draw: Program;
  private readonly copy: Program;
  private readonly show: Program;
  private readonly target: WebGLFramebuffer;
  private readonly sum: WebGLTexture;

  /**
   * @param width of the pictures, in pixels of the footage
   * @param linear light is mixed, not the numbers of a display
   */
  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly width: number,
    private readonly height: number,
    private readonly linear: boolean,
  ) {
    this.draw = this.program(DRAW);
    this.copy = this.program(COPY);
    this.show = this.program(SHOW);
    this.sum = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.sum);
    gl.texStorage2D(gl.TEXTURE_2D, 1, linear ? gl.SRGB8_ALPHA8 : gl.RGBA8, width, height);
    this.target = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.sum, 0);
    gl.bindVertexArray(gl.createVertexArray());
  }

  /**
   * Draw sheets over one another onto the canvas; its pixels are those of the footage.
   * @returns whether all frames were there; if not, the canvas is as it was
   */
  paint(films: Films, drawn: Drawn[], ground: Ground = "black"): boolean {
    if (!drawn.every((one) => one.sheets.every((s) => films.texture(s.film, s.frame))))
      return false;
    this.over(films, drawn);
    this.present(this.sum, ground);
    return true;
  }

  /** Draw a finished picture onto the canvas. */
  paintPicture(picture: ImageBitmap): void {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(
      gl.TEXTURE_2D,
      1,
      this.linear ? gl.SRGB8_ALPHA8 : gl.RGBA8,
      this.width,
      this.height,
    );
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, picture);
    this.present(texture, "black");
    gl.deleteTexture(texture);
  }

  private present(picture: WebGLTexture, ground: Ground): void {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, this.width, this.height);
    gl.disable(gl.BLEND);
    gl.useProgram(this.show.program);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, picture);
    gl.uniform1i(this.show.at("composite"), 0);
    gl.uniform1i(this.show.at("linear"), this.linear ? 1 : 0);
    gl.uniform1i(this.show.at("checkered"), ground === "checkered" ? 1 : 0);
    gl.uniform1i(this.show.at("mattes"), ground === "matte" ? 1 : 0);
    gl.uniform1i(this.show.at("height"), this.height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  private over(films: Films, drawn: Drawn[]): void {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    gl.viewport(0, 0, this.width, this.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.enable(gl.SCISSOR_TEST); // most of a layer is clear
    for (const one of drawn) {
      const { sheets, opacity } = one;
      const box = this.covered(films, one);
      if (!box) continue;
      gl.scissor(box[0], box[1], box[2] - box[0], box[3] - box[1]);
      const plain = sheets.length === 1 && !sheets[0].toLayer;
      const { program, at } = plain ? this.copy : this.draw;
      gl.useProgram(program);
      gl.activeTexture(gl.TEXTURE0);
      gl.bindTexture(gl.TEXTURE_2D, films.texture(sheets[0].film, sheets[0].frame));
      gl.uniform1i(at("first"), 0);
      gl.uniform1i(at("alphaRow"), films.film(sheets[0].film).alpha_row ?? 0);
      gl.uniform1f(at("opacity"), opacity);
      gl.uniform1i(at("linear"), this.linear ? 1 : 0);
      if (!plain) this.resampled(films, one);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    }
    gl.disable(gl.SCISSOR_TEST);
  }

  /** Return the box in which something drawn shows, top row first as in `sum`. */
  private covered(films: Films, { sheets }: Drawn): Box | null {
    const { width, height } = this;
    return sheets
      .map(({ film, frame, toLayer }) => {
        const part = films.box(film, frame);
        return part && seenIn(part, toLayer, width, height);
      })
      .reduce(joined, null);
  }

  /** Tell the program that draws how sheets are resampled and mixed. */
  private resampled(films: Films, { sheets, share }: Drawn): void {
    const { gl } = this;
    const { at } = this.draw;
    const second = sheets[1] ?? sheets[0];
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, films.texture(second.film, second.frame));
    gl.uniform1i(at("second"), 1);
    gl.uniform2i(at("size"), this.width, this.height);
    gl.uniform1f(at("share"), sheets.length > 1 ? share : 0);
    [sheets[0], second].forEach(({ toLayer }, k) => {
      gl.uniform1i(at(`warped[${k}]`), toLayer ? 1 : 0);
      if (toLayer) gl.uniformMatrix3fv(at(`toLayer[${k}]`), true, toLayer);
    });
  }

  private program(fragment: string): Program {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, CORNERS],
      [gl.FRAGMENT_SHADER, fragment],
    ] as const) {
      const shader = gl.createShader(kind)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new Error(`WebGL2: ${gl.getProgramInfoLog(program)}`);
    }
    const places = new Map<string, WebGLUniformLocation | null>();
    const at = (name: string) => {
      if (!places.has(name)) places.set(name, gl.getUniformLocation(program, name));
      return places.get(name)!;
    };
    return { program, at };
  }
}
