import {expect} from 'chai'

import {placeLabels} from '../../../src/lib/report/labels.js'

const SPACE = {width: 500, height: 380}

describe('the names in a chart', () => {
  it('stand at the right of their marks where there is room', () => {
    expect(placeLabels([{text: 'a model', x: 0.1, y: 0.5}], SPACE)).to.deep.equal([
      {side: 'right', offset: 0},
    ])
  })

  it('stand at the left where the right has none', () => {
    expect(placeLabels([{text: 'a model', x: 0.98, y: 0.5}], SPACE)[0]?.side).to.equal('left')
  })

  it('keep out of the way of one another and of other marks', () => {
    const marks = ['one', 'two', 'three', 'four'].map((text) => ({text, x: 0.5, y: 0.5}))
    const labels = placeLabels(marks, SPACE)
    expect(new Set(labels.map(({side, offset}) => `${side} ${offset}`)).size).to.equal(4)
  })

  it('are there even where nothing is free', () => {
    const marks = Array.from({length: 40}, () => ({text: 'x'.repeat(60), x: 0.5, y: 0.5}))
    expect(placeLabels(marks, SPACE)).to.have.length(40)
  })
})
